"""SIFT Flow: outdoor scenes, each labelled twice: 33 semantic and 3 geometric classes.

Files   sift-flow/{Images,SemanticLabels,GeoLabels}/<SCENES>/<id>.{jpg,mat}, variable `S`;
        sift-flow/{test,trainval}.txt, which the data set's archive lacks and the release has
Labels  sem (H, W) uint8: 1 to 33 in the file are 0 to 32, 0 is void
        geo (H, W) uint8: 1 to 3 in the file are 0 to 2, 0 and -1 are void
Errors  DataError and its children, naming the file.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, siftflow_layers.py, data/sift-flow
"""

from pathlib import Path
from types import MappingProxyType

import numpy as np

from .. import downloads
from ..errors import DataError, MissingError
from . import VOID, Task, check_ids, images, mat_file
from .archives import first_with, found_or_fetched
from .lists import read_ids, split_list
from .raw_labels import from_one, mapped
from .voc import colour_map

SEMANTIC = (
    "awning",
    "balcony",
    "bird",
    "boat",
    "bridge",
    "building",
    "bus",
    "car",
    "cow",
    "crosswalk",
    "desert",
    "door",
    "fence",
    "field",
    "grass",
    "moon",
    "mountain",
    "person",
    "plant",
    "pole",
    "river",
    "road",
    "rock",
    "sand",
    "sea",
    "sidewalk",
    "sign",
    "sky",
    "staircase",
    "streetlight",
    "sun",
    "tree",
    "window",
)
GEOMETRIC = ("sky", "horizontal", "vertical")
SCENES = "spatial_envelope_256x256_static_8outdoorcategories"
SIZE = (256, 256)
ARCHIVE = "SiftFlowDataset.zip"
SPLITS = {  # the released lists: ids, and the SHA-256 of them
    "test": (200, "866d9c2a8c8e27de69651f8a2938a3851165559345a5deb162e031af215f78be"),
    "trainval": (2486, "358811b7c7947e29bc98af3057e05c85c70ba8b955507d38661d34e524eed50c"),
}
UNANNOTATED = ("highway_bost181", "street_urb506")
# VOC's colours of the numbers in the files: class 0 has that of number 1, void the black of 0.
PALETTE = np.roll(colour_map(), -1, axis=0)
# MATLAB's double is how the data set has its labels; integers are what others save them as.
DTYPES = ("float64", "uint8", "int8", "uint16", "int16", "int32")


class SiftFlow:
    """One split: a Dataset with two truths."""

    name = "siftflow"
    tasks = MappingProxyType({"sem": Task(SEMANTIC, PALETTE), "geo": Task(GEOMETRIC, PALETTE)})
    kinds = ("color",)

    def __init__(self, folder: Path, split: str, *, offline: bool = False, checked: bool = True):
        """folder: where sift-flow is, or is put.

        checked: the split is the release's list, and images are 256 x 256.
        """
        self.folder = found_or_fetched(
            find, folder, ARCHIVE, "sift-flow/SemanticLabels", into="sift-flow", offline=offline
        )
        self.split, self.checked = split, checked
        path = _list(self.folder, split, folder, offline)
        self.ids = read_ids(path)
        _check_annotated(path, self.ids)
        if checked:
            check_ids(path, self.ids, split, *SPLITS[split])

    def __len__(self) -> int:
        return len(self.ids)

    def files(self, id: str) -> dict[str, Path]:
        """The files that `image` and `labels` read."""
        return {
            "color": self.folder / "Images" / SCENES / f"{id}.jpg",
            "sem": self.folder / "SemanticLabels" / SCENES / f"{id}.mat",
            "geo": self.folder / "GeoLabels" / SCENES / f"{id}.mat",
        }

    def image(self, id: str, kind: str = "color") -> np.ndarray:
        """The photograph, (H, W, 3) uint8 RGB."""
        path = self.files(id)["color"]
        image = images.rgb(path)
        if self.checked and image.shape[:2] != SIZE:
            found, expected = (f"{h} x {w}" for h, w in (image.shape[:2], SIZE))
            raise DataError(f"{path}: the image is {found}, expected {expected} (height x width)")
        return image

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"sem": (H, W) uint8, "geo": (H, W) uint8}."""
        # Caffe: the release subtracts 1 in uint8, so that 0 wraps to 255, after -1 was made 0.
        semantic, geometric = from_one(len(SEMANTIC)), from_one(len(GEOMETRIC))
        return {
            "sem": self._label("sem", id, semantic, 0),
            "geo": self._label("geo", id, np.insert(geometric, 0, VOID), -1),
        }

    def _label(self, kind: str, id: str, table: np.ndarray, first: int) -> np.ndarray:
        path = self.files(id)[kind]
        label = mapped(path, mat_file.labels(path, "S", DTYPES), table, first)
        if (label == VOID).all():
            raise DataError(
                f"{path}: {id} is not annotated, all its pixels are void: expected an image "
                "of the release's lists, which leave such images out"
            )
        return label


def find(folder: Path) -> Path | None:
    """The folder of SIFT Flow in or at `folder`, None if it is not there."""
    places = (folder / "sift-flow", folder / "sift-flow" / "SiftFlowDataset", folder)
    return first_with("SemanticLabels", places)


def _list(root: Path, split: str, folder: Path, offline: bool) -> Path:
    """The path of the list, which is fetched into `folder` if it is not beside the images."""
    path = split_list(root, split, SPLITS)
    if path.exists():
        return path
    try:
        remote = downloads.remote(f"siftflow-{split}.txt")
        return downloads.fetch(remote, folder, offline=offline)
    except MissingError as error:
        raise MissingError(f"{path}: is missing, and {error}") from error


def _check_annotated(path: Path, ids: tuple[str, ...]) -> None:
    if unannotated := [id for id in UNANNOTATED if id in ids]:
        raise DataError(
            f"{path}: names {' and '.join(unannotated)}, which the data set does not annotate: "
            "expected the release's list, which leaves them out"
        )


def open_dataset(
    folder: Path, split: str | None = None, offline: bool = False, checked: bool = True
) -> SiftFlow:
    """The split in `folder`; without one named, test.

    checked: whether its ids must be the release's, and its images 256 x 256.
    """
    return SiftFlow(folder, split or "test", offline=offline, checked=checked)
