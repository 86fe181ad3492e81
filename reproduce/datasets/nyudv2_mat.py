"""NYUDv2 made from nyu_depth_v2_labeled.mat, as its authors distribute it.

Files   nyu_depth_v2_labeled.mat, HDF5, N = 1449 frames, each axis in MATLAB's order, so reversed
        here: images (N, 3, 640, 480) uint8; depths, filled, and rawDepths (N, 640, 480) float32
        metres; labels (N, 640, 480) uint16, 0 for void, 1 to 894;
        classMapping40.mat beside it: mapClass (1, 894), the class 1 to 40 of each of the 894;
        splits.mat beside it: trainNdxs (795, 1), testNdxs (654, 1), frames counted from 1
Ids     5000 + the number of the frame
Depth   metres x 1000, rounded to whole millimetres, as the release's files are written
HHA     computed from the cut depth at each reading (reproduce/hha); nothing is kept on the disk
Errors  DataError naming the file.
Source  script_data.m and cropIt.m in hha_utils/utils/nyu-hooks of
        guzor/rgdb-semantic-segmentation@33d055a, a copy of Gupta et al.'s;
        getGroundTruth.m of s-gupta/nyu-hooks@5ad6c86 for the classes;
        rcnn/saveHHA.m of s-gupta/rcnn-depth@75f9cbf, which is given the cut depth.
        Not compared with the release's own files, no copy of this .mat was at hand.
"""

from pathlib import Path

import numpy as np

from weights_convert.errors import ConvertError
from weights_convert.optional import optional

from .. import downloads
from ..errors import DataError
from ..hha import hha
from . import mat_file
from .archives import first_with
from .nyudv2_release import CLASSES
from .raw_labels import from_one, mapped

NAME, MAPPING, OFFICIAL = "nyu_depth_v2_labeled.mat", "classMapping40.mat", "splits.mat"
VARIABLES = {"test": "testNdxs", "trainval": "trainNdxs"}
FRAME = {  # variable -> the shape of one frame, and its dtype
    "images": ((3, 640, 480), "uint8"),
    "depths": ((640, 480), "float32"),
    "rawDepths": ((640, 480), "float32"),
    "labels": ((640, 480), "uint16"),
}
CUT = np.s_[45:470, 40:600]  # MATLAB's (46:470, 41:600)
RAW_CLASSES = 894
FARTHEST = 100  # metres: a room whose farthest point is farther is one in millimetres


def find(folder: Path) -> Path | None:
    """The .mat file in `folder` or its nyud, None if it is not there."""
    found = first_with(NAME, (folder, folder / "nyud"))
    return found / NAME if found else None


class LabeledMat:
    """Images and labels of the file `path`; what is needed beside it is fetched to there."""

    def __init__(self, path: Path, *, offline: bool = False):
        self.path = path
        self.table = _table(_beside(path, MAPPING, offline=offline))

    def ids(self, split: str, *, offline: bool = False) -> tuple[Path, tuple[str, ...]]:
        """The ids of `split`, ascending, and the path of the file that they are from."""
        if split not in VARIABLES:
            raise DataError(
                f"split {split!r}: not known of {self.path}, expected one of {', '.join(VARIABLES)}"
            )
        path = _beside(self.path, OFFICIAL, offline=offline)
        frames = mat_file.variable(path, VARIABLES[split]).ravel()
        if frames.dtype.kind not in "uif" or not frames.size:
            raise DataError(f"{path}: {VARIABLES[split]} holds no numbers, expected frames from 1")
        return path, tuple(f"{5000 + int(frame):04d}" for frame in np.sort(frames))

    def files(self, id: str) -> dict[str, Path]:
        """The file that holds everything."""
        return {"label": self.path}

    def color(self, id: str) -> np.ndarray:
        """(425, 560, 3) uint8 RGB."""
        return self._frame(id, "images")

    def depth(self, id: str) -> np.ndarray:
        """(425, 560) float32, whole millimetres."""
        return self._millimetres(id, "depths")

    def hha(self, id: str) -> np.ndarray:
        """(425, 560, 3) uint8 in the order of the release's files, computed."""
        try:
            return hha(self.depth(id), self._millimetres(id, "rawDepths"))
        except DataError as error:
            raise DataError(f"{self.path}: image {id}: no HHA: {error}") from error

    def labels(self, id: str) -> np.ndarray:
        """(425, 560) uint8, 0 to 39 or 255."""
        return mapped(self.path, self._frame(id, "labels"), self.table)

    def _millimetres(self, id: str, name: str) -> np.ndarray:
        metres = self._frame(id, name)
        if not (np.isfinite(metres) & (metres >= 0) & (metres < FARTHEST)).all():
            raise DataError(
                f"{self.path}: {name} of image {id} are {metres.min():g} to {metres.max():g}, "
                f"expected metres, 0 to {FARTHEST}"
            )
        # Caffe: MATLAB's uint16() rounds halves up; numpy.rint takes the even neighbour.
        return np.floor(metres * np.float32(1000) + np.float32(0.5))

    def _frame(self, id: str, name: str) -> np.ndarray:
        """The cut of the frame `id` of the variable `name`: (425, 560), or (425, 560, 3)."""
        shape, dtype = FRAME[name]
        try:
            with _h5py(self.path).File(self.path, "r") as file:
                if name not in file:
                    raise DataError(
                        f"{self.path}: has no {name}: the variables are {', '.join(file)}"
                    )
                found = file[name]
                if found.shape[1:] != shape or found.dtype != dtype:
                    raise DataError(
                        f"{self.path}: {name} is {found.dtype} {found.shape}, "
                        f"expected {dtype} (1449, {', '.join(map(str, shape))})"
                    )
                frame = found[self._index(id, len(found))].T
        except (OSError, RuntimeError, KeyError, AttributeError) as error:
            reason = " ".join(str(error).split())
            raise DataError(f"{self.path}: cannot be read as an HDF5 file: {reason}") from error
        return np.ascontiguousarray(frame[CUT])

    def _index(self, id: str, frames: int) -> int:
        if not id.isdecimal() or not 5000 < int(id) <= 5000 + frames:
            raise DataError(f"{self.path}: has no image {id!r}, only 5001 to {5000 + frames}")
        return int(id) - 5001


def _table(path: Path) -> np.ndarray:
    """(895,) uint8, the label of each of the numbers 0 to 894."""
    classes = mat_file.variable(path, "mapClass").ravel()
    if len(classes) != RAW_CLASSES or not np.isin(classes, range(1, len(CLASSES) + 1)).all():
        raise DataError(
            f"{path}: mapClass has {len(classes)} numbers, "
            f"expected {RAW_CLASSES} from 1 to {len(CLASSES)}"
        )
    return from_one(len(CLASSES))[np.array([0, *classes], np.intp)]


def _beside(path: Path, name: str, *, offline: bool) -> Path:
    return downloads.fetch(downloads.remote(name), path.parent, offline=offline)


def _h5py(path: Path):
    try:
        return optional("h5py", "hdf5")
    except ConvertError as error:
        raise DataError(f"{path}: {error}") from error
