"""SBD, the Semantic Boundaries Dataset: 11,355 images of VOC with VOC's classes, for training.

Files   benchmark_RELEASE/dataset/{img/<id>.jpg, cls/<id>.mat, train.txt, val.txt}; the release's
        nets call that folder sbdd/dataset
Label   (H, W) uint8, field Segmentation of the struct GTcls: 0 to 20.  There is no void, unlike
        in VOC's own labels, whose outlines are void.
Errors  DataError and its children, naming the file.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc_layers.py (SBDDSegDataLayer)
"""

from pathlib import Path
from types import MappingProxyType

import numpy as np

from . import images, mat_file
from .archives import found_or_fetched
from .lists import check_count, read_ids, split_list
from .raw_labels import mapped
from .sbd_folder import find
from .voc import CLASSES, TASK

ARCHIVE = "benchmark.tgz"
TRAIN = 8498  # images in train.txt
LABELS = np.arange(len(CLASSES), dtype=np.uint8)


class Sbd:
    """One split: a Dataset."""

    name = "sbd"
    tasks = MappingProxyType({"label": TASK})
    kinds = ("color",)

    def __init__(self, folder: Path, split: str, *, offline: bool = False, checked: bool = True):
        """folder: where SBD is, or is put.  checked: train has as many images as published."""
        what = "benchmark_RELEASE/dataset/train.txt"
        self.folder = found_or_fetched(find, folder, ARCHIVE, what, offline=offline)
        self.split = split
        path = split_list(self.folder, split, ("train", "val"))
        self.ids = read_ids(path)
        if checked and split == "train":
            check_count(path, self.ids, TRAIN)

    def __len__(self) -> int:
        return len(self.ids)

    def image(self, id: str, kind: str = "color") -> np.ndarray:
        """The photograph, (H, W, 3) uint8 RGB."""
        return images.rgb(self.folder / "img" / f"{id}.jpg")

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"label": (H, W) uint8}."""
        path = self.folder / "cls" / f"{id}.mat"
        raw = mat_file.labels(path, "GTcls.Segmentation", ("uint8",))
        return {"label": mapped(path, raw, LABELS)}


def open_dataset(
    folder: Path, split: str | None = None, offline: bool = False, checked: bool = True
) -> Sbd:
    """The split in `folder`; without one named, train: none is scored.

    checked: whether train must have as many images as published, 8,498.
    """
    return Sbd(folder, split or "train", offline=offline, checked=checked)
