"""Input blobs: images as a net takes them, of the kinds that the released nets know.

color   BGR less the mean of each channel
hha     the three channels as stored, less the mean of each
depth   natural logarithm of millimetres, less the mean; one channel
Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc_layers.py, nyud_layers.py
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import DataError
from . import Dataset, Sample


class Input(NamedTuple):
    """An input blob: the kind of image that it holds, and the mean of each of its channels."""

    image: str
    mean: tuple[float, ...]


def sample(dataset: Dataset, id: str, inputs: Mapping[str, Input]) -> Sample:
    """Image and truth of `id`.  Raises DataError unless all of them have one size."""
    found = Sample(id, images(dataset, id, inputs), dataset.labels(id))
    size = next(iter(found.inputs.values())).shape[2:]
    for truth, label in found.labels.items():
        if label.shape != tuple(size):
            raise DataError(
                f"{dataset.name} {id}: {truth} is {_size(label.shape)}, its image {_size(size)} "
                "(height x width): one of the two files is of another copy of the data"
            )
    return found


def images(dataset: Dataset, id: str, inputs: Mapping[str, Input]) -> dict[str, Tensor]:
    """The input blobs of `id` alone, for images that have no label, such as those of a test split.

    Raises DataError for a kind that the data set lacks, and for images of different sizes.
    """
    check_kinds(dataset, inputs)
    found = {name: blob(dataset.image(id, one.image), *one) for name, one in inputs.items()}
    if len({x.shape[2:] for x in found.values()}) > 1:
        sizes = ", ".join(f"{name} {_size(x.shape[2:])}" for name, x in found.items())
        raise DataError(f"{dataset.name} {id}: {sizes}: expected images of one size")
    return found


def check_kinds(dataset: Dataset, inputs: Mapping[str, Input]) -> None:
    """Raises DataError for a kind of image that the data set lacks."""
    for name, one in inputs.items():
        if one.image not in dataset.kinds:
            kinds = ", ".join(dataset.kinds)
            raise DataError(f"{dataset.name}: has no {one.image} for input {name}, only {kinds}")


def blob(image: np.ndarray, kind: str, mean: tuple[float, ...]) -> Tensor:
    """The blob (1, c, H, W) float32 of one image; the module's docstring has the kinds."""
    return KINDS[kind](image, mean)


def bgr(rgb: np.ndarray, mean: tuple[float, ...]) -> Tensor:
    """The input blob (1, 3, H, W) float32 of an image (H, W, 3) uint8: BGR less `mean` (BGR)."""
    return _less(rgb[:, :, ::-1], mean)


def hha(stored: np.ndarray, mean: tuple[float, ...]) -> Tensor:
    """The input blob (1, 3, H, W) float32 of an HHA image (H, W, 3) uint8."""
    # Caffe: HHA is not swapped, though the colour image beside it is.
    return _less(stored, mean)


def log_depth(millimetres: np.ndarray, mean: tuple[float, ...]) -> Tensor:
    """The input blob (1, 1, H, W) float32 of a depth image (H, W), 0 where it was not measured.

    Those pixels become 0.0, the mean.
    """
    # Caffe: the release takes ln(0) there, minus infinity, and every score near it is NaN.
    measured = millimetres > 0
    depth = np.log(np.where(measured, millimetres, 1), dtype=np.float32)
    depth -= np.array(mean, np.float64).reshape(1, 1)
    return torch.from_numpy(np.where(measured, depth, np.float32(0)))[None, None]


def _less(image: np.ndarray, mean: tuple[float, ...]) -> Tensor:
    image = image.transpose(2, 0, 1).astype(np.float32, order="C")
    # Caffe: the release subtracts a float64 mean in place, so each value is rounded once.
    # A float32 mean would be rounded before, and so would torch's.
    image -= np.array(mean, np.float64).reshape(-1, 1, 1)
    return torch.from_numpy(image)[None]


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


KINDS = {"color": bgr, "hha": hha, "depth": log_depth}
