"""Images of equal sizes in batches.

On the CPU a batch of images takes as long as one after the other where pixels count, and less where
weights do: they are brought to the points, and read, once.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

Images = dict[str, Tensor]
MOST = {"cpu": (4, 1 << 20)}  # images and pixels of a batch, by type of device
OTHERS = (16, 1 << 23)


def batches(images: Sequence[Images], device: torch.device) -> Iterator[list[int]]:
    """Indices of the images that are to be computed at once."""
    most, pixels = MOST.get(device.type, OTHERS)
    equal: dict[tuple, list[int]] = {}
    for index, image in enumerate(images):
        equal.setdefault(tuple((blob, x.shape) for blob, x in image.items()), []).append(index)
    for shapes, indices in equal.items():
        area = max((shape[0] * shape[2:].numel() for _, shape in shapes), default=1)
        count = max(1, min(most, pixels // area))
        yield from (indices[first : first + count] for first in range(0, len(indices), count))


def joined(images: Sequence[Images]) -> Images:
    """One batch of them."""
    return {blob: torch.cat([image[blob] for image in images]) for blob in images[0]}


def parted(batch: dict[str, Tensor], images: Sequence[Images]) -> list[dict[str, Tensor]]:
    """What belongs to each of the images."""
    counts = [len(next(iter(image.values()))) for image in images]
    parts = {blob: x.split(counts) for blob, x in batch.items()}
    return [{blob: parts[blob][index] for blob in parts} for index in range(len(images))]
