"""NYUDv2 in the layout of the FCN release, nyud/.

Files   <root>/<split>.txt (fetched as nyud-<split>.txt where it is not there), ids 5001 to 6449;
        <root>/data/{images,depth,hha}/img_<id>.png;
        <root>/segmentation/img_<id>.mat with `segmentation`
Size    425 x 560, rows 46 to 470 and columns 41 to 600 of the 480 x 640 frames, counted from 1
Depth   16-bit PNG, millimetres, filled
Label   `segmentation` (H, W) uint8 or uint16, 0 for void, 1 to 40
Errors  DataError naming the file, MissingError for a list or an image that is not there.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, nyud_layers.py and data/nyud; the cut:
        hha_utils/utils/nyu-hooks/cropIt.m of guzor/rgdb-semantic-segmentation@33d055a, a copy of
        Gupta et al.'s
"""

from pathlib import Path

import numpy as np

from .. import downloads
from ..errors import DataError, MissingError
from . import images, mat_file
from .archives import first_with
from .lists import read_ids, split_list
from .raw_labels import from_one, mapped

CLASSES = (
    "wall",
    "floor",
    "cabinet",
    "bed",
    "chair",
    "sofa",
    "table",
    "door",
    "window",
    "bookshelf",
    "picture",
    "counter",
    "blinds",
    "desk",
    "shelves",
    "curtain",
    "dresser",
    "pillow",
    "mirror",
    "floor mat",
    "clothes",
    "ceiling",
    "books",
    "refridgerator",  # as the data set spells it
    "television",
    "paper",
    "towel",
    "shower curtain",
    "box",
    "whiteboard",
    "person",
    "night stand",
    "toilet",
    "sink",
    "lamp",
    "bathtub",
    "bag",
    "otherstructure",
    "otherfurniture",
    "otherprop",
)
LISTS = {"test": ("test",), "trainval": ("train", "val"), "train": ("train",), "val": ("val",)}
FRAME, CUT = (480, 640), (425, 560)  # height, width
NEAREST = 100  # mm: a room whose farthest point is nearer is one in metres


def find(folder: Path) -> Path | None:
    """The folder with data/images and segmentation in or at `folder`, None if it is not there."""
    root = first_with("data/images", (folder / "nyud", folder))
    return root if root and (root / "segmentation").is_dir() else None


class Release:
    """Images and labels of the folder `root`.  checked: whether they must be 425 x 560."""

    def __init__(self, root: Path, *, checked: bool = True):
        self.root, self.checked = root, checked

    def ids(self, split: str, *, offline: bool = False) -> tuple[Path, tuple[str, ...]]:
        """The ids of `split` in the order of its lists, and the path of the last of them.

        The release has no list trainval: its layers would read one, made of train and val.
        """
        split_list(self.root, split, LISTS)
        paths = [self._list(name, offline=offline) for name in LISTS[split]]
        ids = tuple(id for path in paths for id in read_ids(path))
        if twice := len(ids) - len(set(ids)):
            raise DataError(f"{paths[-1]}: {twice} of its ids are in {paths[0].name} too")
        return paths[-1], ids

    def files(self, id: str) -> dict[str, Path]:
        """Kind of image, or label -> its file; HHA images need not be there."""
        folders = {"color": "images", "hha": "hha", "depth": "depth"}
        paths = {kind: self._image(folder, id) for kind, folder in folders.items()}
        return paths | {"label": self.root / "segmentation" / f"img_{id}.mat"}

    def color(self, id: str) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        path = self.files(id)["color"]
        return self._of_size(path, images.rgb(path))

    def hha(self, id: str) -> np.ndarray:
        """(H, W, 3) uint8, the channels as the file has them."""
        path = self.files(id)["hha"]
        if not path.exists():
            data = self.root / "data"
            raise MissingError(
                f"{path}: the HHA image is missing, expected one for each depth image: make them "
                f"with `python -m reproduce.hha {data / 'depth'} -o {data / 'hha'}`"
            )
        return self._of_size(path, images.rgb(path))

    def depth(self, id: str) -> np.ndarray:
        """(H, W) float32 millimetres, 0 where nothing was measured."""
        path = self.files(id)["depth"]
        depth = self._of_size(path, images.sixteen_bit(path))
        if depth.max() < NEAREST:
            raise DataError(
                f"{path}: the farthest point is at {depth.max()}, which looks like metres: "
                "expected millimetres, multiply by 1000"
            )
        return depth.astype(np.float32)

    def labels(self, id: str) -> np.ndarray:
        """(H, W) uint8, 0 to 39 or 255."""
        path = self.files(id)["label"]
        label = mat_file.labels(path, "segmentation", ("uint8", "uint16"))
        if (label == 255).any():
            raise DataError(
                f"{path}: segmentation holds 255, so 1 looks subtracted from it already: "
                "expected 0 for void and the classes 1 to 40"
            )
        # Caffe: the release subtracts 1 in uint8, so that void becomes 255.
        return mapped(path, self._of_size(path, label), from_one(len(CLASSES)))

    def _image(self, kind: str, id: str) -> Path:
        return self.root / "data" / kind / f"img_{id}.png"

    def _list(self, name: str, *, offline: bool) -> Path:
        path = self.root / f"{name}.txt"
        if path.exists():
            return path
        return downloads.fetch(downloads.remote(f"nyud-{name}.txt"), self.root, offline=offline)

    def _of_size(self, path: Path, image: np.ndarray) -> np.ndarray:
        size = image.shape[:2]
        if self.checked and size != CUT:
            found, expected = (f"{height} x {width}" for height, width in (size, CUT))
            hint = ", rows 46 to 470 and columns 41 to 600 of it" if size == FRAME else ""
            what = "a raw NYU frame" if size == FRAME else "not the release's image"
            raise DataError(f"{path}: is {found}, {what}: expected {expected}{hint}")
        return image
