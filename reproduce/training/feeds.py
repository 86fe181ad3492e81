"""Training images and labels as the blobs that a training net is fed, decoded ahead of their turn.

Shape   image blobs (1, c, H, W), label blobs (1, 1, H, W), float32; void is 255
Errors  DataError for an image or label that is not what it should be, when its turn comes.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc_layers.py: one image a pass, of its own size;
        neither cut, flipped nor scaled.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from itertools import islice

import torch
from torch import Tensor

from .. import masking
from ..datasets import Dataset, Sample, blobs
from ..errors import DataError
from ..loader import samples
from .order import Order

Feed = dict[str, Tensor]


def feeds(
    dataset: Dataset,
    inputs: Mapping[str, blobs.Input],
    heads: Mapping[str, str],
    order: Order,
    start: int,
    stop: int,
    *,
    workers: int | None = None,
    mask: str | None = None,
) -> Iterator[Feed]:
    """Blob -> Tensor for each forward pass of this rank, number `start` to `stop` - 1.

    inputs: image blob -> its kind and mean.  heads: score blob -> label blob.
    workers: processes that decode; 0 is a thread, None as loader.py thinks best.
    mask: what of the images is masked by their label, see masking.py.
    Close the iterator when it is not read to its end.
    """
    if unknown := sorted(set(heads.values()) - dataset.tasks.keys()):
        raise DataError(
            f"{dataset.name}: has no labels {', '.join(unknown)}, only {', '.join(dataset.tasks)}"
        )
    read = partial(blobs.sample, dataset, inputs=inputs)
    if mask:
        read = partial(masking.masked, read, mask=mask)
    ids = [dataset.ids[index] for index in islice(order.draws(start), stop - start)]
    with closing(samples(read, ids, workers)) as coming:
        for sample in coming:
            yield feed(sample, heads)


def feed(sample: Sample, heads: Mapping[str, str]) -> Feed:
    """The blobs of one sample, labels as Caffe's label blob has them."""
    labels = {truth: torch.from_numpy(sample.labels[truth]) for truth in heads.values()}
    # Caffe: every blob is float32, labels too; 255 stays, the loss ignores it.
    return sample.inputs | {truth: x.float()[None, None] for truth, x in labels.items()}
