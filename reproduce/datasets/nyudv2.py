"""NYUDv2: indoor scenes with depth in 40 classes, 795 images to train on and 654 to test.

Files   the release's layout, nyud/ (nyudv2_release.py), or where that is not there NYU's own
        nyu_depth_v2_labeled.mat (nyudv2_mat.py), from which the same images are made
Splits  test; trainval, which is train and then val, for the release has no list of that name
Label   (H, W) uint8, 0 to 39 for the classes 1 to 40 of the files, 255 for their 0
Errors  DataError and its children, naming the file.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, nyud_layers.py (NYUDSegDataLayer), data/nyud
"""

from pathlib import Path
from types import MappingProxyType

import numpy as np

from .. import downloads
from ..errors import MissingError
from . import Task, check_ids, nyudv2_mat, nyudv2_release
from .archives import found_or_fetched
from .nyudv2_mat import LabeledMat
from .nyudv2_release import CLASSES, Release
from .voc import colour_map

# The ids of each split in ascending order, for splits.mat has no other; scores do not depend on it.
SPLITS = {
    "test": (654, "3cabba2c952d83ca4e44e4070771c666a28e41e129d7b3033839c4f9a808b426"),
    "trainval": (795, "915511f7a52b6a40c7eda6d69c00529b6e76c4ebd59f688f77e21e178c019fc2"),
    "train": (381, "2aa7e4beb40682604d7457b636d20b9210ce55460f24c4f20cb3765bee35f794"),
    "val": (414, "cd278b1232fe5c2347994a9a3c13cd916aa2e72def51b9698993a2e8936797f5"),
}


def _palette() -> np.ndarray:
    """VOC's colours 1 to 40, one on from the label, and black for void as its 0 is in the files."""
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(CLASSES)] = colour_map()[1 : len(CLASSES) + 1]
    return palette


class NyuDv2:
    """One split: a Dataset."""

    name = "nyudv2"
    tasks = MappingProxyType({"label": Task(CLASSES, _palette())})
    kinds = ("color", "hha", "depth")

    def __init__(self, folder: Path, split: str, *, offline: bool = False, checked: bool = True):
        """folder: where the data set is, or is put.

        checked: whether the lists and the size of the images must be the release's.
        """
        self.split = split
        self.source = _source(folder, offline=offline, checked=checked)
        path, self.ids = self.source.ids(split, offline=offline)
        if checked:
            check_ids(path, tuple(sorted(self.ids)), split, *SPLITS[split])

    def __len__(self) -> int:
        return len(self.ids)

    def files(self, id: str) -> dict[str, Path]:
        """The files that `image` and `labels` read."""
        return self.source.files(id)

    def image(self, id: str, kind: str) -> np.ndarray:
        """color, hha: (H, W, 3) uint8, RGB or as stored; depth: (H, W) float32 mm, 0 unmeasured."""
        return {"color": self.source.color, "hha": self.source.hha, "depth": self.source.depth}[
            kind
        ](id)

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"label": (H, W) uint8}."""
        return {"label": self.source.labels(id)}


def open_dataset(
    folder: Path, split: str | None = None, offline: bool = False, checked: bool = True
) -> NyuDv2:
    """The split in `folder`; without one named, test."""
    return NyuDv2(folder, split or "test", offline=offline, checked=checked)


def _source(folder: Path, *, offline: bool, checked: bool) -> Release | LabeledMat:
    """What `folder` has of the two, the release's layout first; else the one that can be had."""
    if not nyudv2_release.find(folder) and (path := nyudv2_mat.find(folder)):
        return LabeledMat(path, offline=offline)
    try:
        root = found_or_fetched(
            nyudv2_release.find, folder, "nyud.tar.gz", "nyud/data/images", offline=offline
        )
        return Release(root, checked=checked)
    except MissingError as no_release:
        try:
            remote = downloads.remote(nyudv2_mat.NAME)
            return LabeledMat(downloads.fetch(remote, folder, offline=offline), offline=offline)
        except MissingError as no_mat:
            raise MissingError(
                f"{no_release}; or, to make the same images from: {no_mat}"
            ) from None
