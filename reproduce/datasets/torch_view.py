"""A data set for torch.utils.data.DataLoader, to train or test in a loop of one's own.

dataset = open_dataset("voc2011", folder)
view = TorchView(dataset, net.preprocess.inputs)
for inputs, labels in DataLoader(view, batch_size=4, num_workers=2, collate_fn=padded):
    loss = cross_entropy(net(**inputs)["score"], labels["label"], ignore_index=VOID)
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.utils import data

from ..errors import DataError
from . import VOID, Dataset, blobs
from .blobs import Input

Item = tuple[dict[str, Tensor], dict[str, Tensor]]


class TorchView(data.Dataset[Item]):
    """The images of `dataset` in order of its ids, each at its own size; it can be pickled.

    An item is (input blob -> (c, H, W) float32, truth blob -> (H, W) int64, a class or VOID): what
    torch.nn.functional.cross_entropy takes with ignore_index=VOID.

    inputs: blob -> Input, as nets.load(name).inputs has it.
    Raises DataError for a kind of image that the data set lacks; an item as `blobs.sample`.
    """

    def __init__(self, dataset: Dataset, inputs: Mapping[str, Input]):
        blobs.check_kinds(dataset, inputs)
        self.dataset, self.inputs = dataset, dict(inputs)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> Item:
        sample = blobs.sample(self.dataset, self.dataset.ids[index], self.inputs)
        labels = {name: torch.from_numpy(x).long() for name, x in sample.labels.items()}
        return {name: x[0] for name, x in sample.inputs.items()}, labels


def padded(items: Sequence[Item]) -> Item:
    """The items as one batch, (N, c, H, W) and (N, H, W), as large as the largest of them.

    Right and below, inputs are filled with 0, which is the mean, and labels with VOID.
    """
    # Caffe: the release takes one image at a time.  Of an image with another beside it, scores
    # within a receptive field of the filling differ from those that it has alone.
    if not items:
        raise DataError("no items, expected those of a TorchView")
    height, width = (max(_size(item)[axis] for item in items) for axis in (0, 1))
    inputs, labels = zip(*items, strict=True)
    return _batch(inputs, height, width, 0.0), _batch(labels, height, width, VOID)


def _size(item: Item) -> torch.Size:
    return next(iter(item[0].values())).shape[-2:]


def _batch(
    images: Sequence[dict[str, Tensor]], height: int, width: int, fill: float
) -> dict[str, Tensor]:
    return {
        name: torch.stack([_grown(one[name], height, width, fill) for one in images])
        for name in images[0]
    }


def _grown(image: Tensor, height: int, width: int, fill: float) -> Tensor:
    below, right = height - image.shape[-2], width - image.shape[-1]
    return pad(image, (0, right, 0, below), value=fill)
