"""PASCAL VOC segmentation: background and 20 classes of things, in the devkit's layout.

Files   <devkit>/JPEGImages/<id>.jpg, <devkit>/SegmentationClass/<id>.png,
        <devkit>/ImageSets/Segmentation/<split>.txt
Label   (H, W) uint8, palette indices: 0 to 20, 255 is void
Errors  DataError and its children, naming the file.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc_layers.py (VOCSegDataLayer)
"""

from pathlib import Path
from types import MappingProxyType

import numpy as np

from . import Task, images
from .voc_devkit import devkit
from .voc_splits import split_ids

CLASSES = (
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)


def colour_map() -> np.ndarray:
    """VOC's colour of each label, (256, 3) uint8 RGB.

    Every third bit of the label, from the lowest, is a bit of red, from the highest;
    those next to them are green's and blue's.

    >>> colour_map()[[0, 1, 2, 15, 255]].tolist()
    [[0, 0, 0], [128, 0, 0], [0, 128, 0], [192, 128, 128], [224, 224, 192]]
    """
    label, channel = np.arange(256)[:, None], np.arange(3)
    bits = [(label >> (3 * i + channel) & 1) << (7 - i) for i in range(3)]
    return sum(bits).astype(np.uint8)


TASK = Task(CLASSES, colour_map())


class Voc:
    """One split of one year's devkit: a Dataset."""

    tasks = MappingProxyType({"label": TASK})
    kinds = ("color",)

    def __init__(
        self, folder: Path, year: int, split: str, *, offline: bool = False, checked: bool = True
    ):
        """folder: where the devkit is, or is put.  checked: seg11valid is the release's list."""
        self.name, self.split = f"voc{year}", split
        self.devkit = devkit(folder, year, offline=offline)
        self.ids = split_ids(self.devkit, split, folder, offline=offline, checked=checked)

    def __len__(self) -> int:
        return len(self.ids)

    def files(self, id: str) -> dict[str, Path]:
        """The files that `image` and `labels` read."""
        return {
            "color": self.devkit / "JPEGImages" / f"{id}.jpg",
            "label": self.devkit / "SegmentationClass" / f"{id}.png",
        }

    def image(self, id: str, kind: str = "color") -> np.ndarray:
        """The photograph, (H, W, 3) uint8 RGB."""
        return images.rgb(self.files(id)["color"])

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"label": (H, W) uint8}."""
        path = self.files(id)["label"]
        label = images.indices(path)
        images.check_classes(path, label, len(CLASSES))
        return {"label": label}
