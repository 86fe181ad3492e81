"""PASCAL-Context: VOC 2010 labelled all over; 59 classes, and the rest is background.

Files   pascal-context/trainval/<id>.mat, variable `LabelMap`; pascal-context/labels.txt, the
        names of the 459 raw labels; pascal-context/59_labels.txt, checked if it is there;
        VOCdevkit/VOC2010/JPEGImages/<id>.jpg, VOCdevkit/VOC2010/ImageSets/Main/{train,val}.txt
Label   (H, W) uint8: 0 is background, a class like any other, 1 to 59 as in 59_labels.txt.
        There is no void.
Errors  DataError and its children, naming the file.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, pascalcontext_layers.py
"""

from pathlib import Path
from types import MappingProxyType

import numpy as np

from ..errors import DataError
from . import Task, images, mat_file, voc_devkit
from .archives import first_with, found_or_fetched
from .lists import check_count, read_ids, read_lines, split_list
from .pascalcontext_classes import CLASSES, LISTS, RAW_NAMES
from .raw_labels import mapped
from .voc import colour_map

RAW_LABELS = 459
ARCHIVE = "pascal-context-trainval.tar.gz"
VAL = 5105  # images in val.txt
REPAIR = "put the data set's own list in its place"
DTYPES = ("uint16", "float64", "int16", "int32")


class PascalContext:
    """One split: a Dataset."""

    name = "pascalcontext"
    tasks = MappingProxyType({"label": Task(CLASSES, colour_map())})
    kinds = ("color",)
    lists = MappingProxyType(LISTS)

    def __init__(self, folder: Path, split: str, *, offline: bool = False, checked: bool = True):
        """folder: where pascal-context and VOCdevkit are, or are put.

        checked: val has as many images as published.
        """
        self.folder = found_or_fetched(
            find,
            folder,
            ARCHIVE,
            "pascal-context/trainval",
            into="pascal-context",
            offline=offline,
        )
        beside = voc_devkit.find(self.folder.parent, 2010)
        self.devkit = beside or voc_devkit.devkit(folder, 2010, offline=offline)
        self.split = split
        path = split_list(self.devkit / "ImageSets" / "Main", split, ("train", "val", "trainval"))
        self.ids = read_ids(path)
        if checked and split == "val":
            check_count(path, self.ids, VAL)
        _check_classes(self.folder / "59_labels.txt")
        self._table = _table(self.folder / "labels.txt")

    def __len__(self) -> int:
        return len(self.ids)

    def files(self, id: str) -> dict[str, Path]:
        """The files that `image` and `labels` read."""
        return {
            "color": self.devkit / "JPEGImages" / f"{id}.jpg",
            "label": self.folder / "trainval" / f"{id}.mat",
        }

    def image(self, id: str, kind: str = "color") -> np.ndarray:
        """The photograph, (H, W, 3) uint8 RGB."""
        return images.rgb(self.files(id)["color"])

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"label": (H, W) uint8}."""
        path = self.files(id)["label"]
        raw = mat_file.labels(path, "LabelMap", DTYPES)
        return {"label": mapped(path, raw, self._table)}


def find(folder: Path) -> Path | None:
    """The folder of PASCAL-Context in or at `folder`, None if it is not there."""
    return first_with("trainval", (folder / "pascal-context", folder))


def _table(path: Path) -> np.ndarray:
    """(460,) uint8: the class of each raw label.  0 is no raw label, and background."""
    raw = _names(path)
    if len(raw) != RAW_LABELS:
        raise DataError(f"{path}: names {len(raw)} labels, expected {RAW_LABELS}: {REPAIR}")
    # Caffe: the release gives everything that is none of the 59 the label 0, and scores it.
    table = np.zeros(RAW_LABELS + 1, np.uint8)
    for label, name in enumerate(CLASSES[1:], 1):
        raw_name = RAW_NAMES.get(name, name)
        if raw_name not in raw:
            raise DataError(
                f"{path}: names no label {raw_name!r}, which the class {name} is: {REPAIR}"
            )
        table[1 + raw.index(raw_name)] = label
    return table


def _check_classes(path: Path) -> None:
    """Raise DataError if there is a 59_labels.txt, and it has other classes than CLASSES."""
    names = _names(path) if path.exists() else CLASSES[1:]
    if len(names) != len(CLASSES) - 1:
        found, expected = len(names), len(CLASSES) - 1
        raise DataError(f"{path}: names {found} classes, expected {expected}: {REPAIR}")
    for number, (name, expected) in enumerate(zip(names, CLASSES[1:], strict=True), 1):
        if name != expected:
            raise DataError(
                f"{path}: names class {number} {name!r}, expected {expected!r}: {REPAIR}"
            )


def _names(path: Path) -> tuple[str, ...]:
    """The names of a list whose lines are `N: name`, N from 1."""
    names = []
    for number, line in enumerate(read_lines(path), 1):
        found, colon, name = line.partition(":")
        if not colon or found.strip() != str(number):
            raise DataError(f"{path}: the line {line!r}, expected `{number}: name`: {REPAIR}")
        # Caffe: the release takes the spaces out of all names before it compares them.
        names.append(name.replace(" ", ""))
    return tuple(names)


def open_dataset(
    folder: Path, split: str | None = None, offline: bool = False, checked: bool = True
) -> PascalContext:
    """The split in `folder`; without one named, val.  checked: whether val must have 5,105 ids."""
    return PascalContext(folder, split or "val", offline=offline, checked=checked)
