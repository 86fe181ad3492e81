"""NYUDv2 from nyu_depth_v2_labeled.mat: a file of three frames, made as MATLAB lays it out."""

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from reproduce import hha
from reproduce.datasets import nyudv2, nyudv2_mat, open_dataset
from reproduce.errors import ChecksumError, DataError, MissingError

ROWS, COLUMNS = np.mgrid[0:480, 0:640]  # of a frame as it is seen
CLASS_OF = np.arange(894) * 7 % 40 + 1  # mapClass, made up


def frames(seen):
    """Three frames, seen (..., channels) in rows and columns, with their axes as h5py has them."""
    return np.stack([seen + number for number in range(3)]).swapaxes(1, -1)


def variables():
    color = np.stack([ROWS % 200, COLUMNS % 200, (ROWS + COLUMNS) % 200], 0).astype(np.uint8)
    wall = 1.5 + ROWS / 1000 + 0.0006
    return {
        "images": np.stack([color + np.uint8(n) for n in range(3)]).transpose(0, 1, 3, 2),
        "depths": frames(wall.astype(np.float32)),
        "rawDepths": frames(np.where(COLUMNS < 320, wall, 0).astype(np.float32)),
        "labels": frames(((ROWS * 640 + COLUMNS) % 892).astype(np.uint16)),
        "names": np.zeros((1, 894)),
    }


def write(folder, **changed):
    with h5py.File(folder / "nyu_depth_v2_labeled.mat", "w") as file:
        for name, value in (variables() | changed).items():
            if value is not None:
                file[name] = value


@pytest.fixture
def folder(tmp_path):
    write(tmp_path)
    savemat(tmp_path / "classMapping40.mat", {"mapClass": CLASS_OF[None], "className": ["a"]})
    splits = {"trainNdxs": np.array([[3], [1]], np.uint16), "testNdxs": np.array([[2]], np.uint16)}
    savemat(tmp_path / "splits.mat", splits)
    return tmp_path


def opened(folder, split=None, checked=False):
    return open_dataset("nyudv2", folder, split, offline=True, checked=checked)


def test_frames_are_cut_as_matlab_does(folder):
    """Row and column of the first and last pixel of I(46:470, 41:600), counted from 1."""
    data = opened(folder)
    assert data.ids == ("5002",)
    color = data.image("5002", "color")
    assert color.shape == (425, 560, 3) and color.dtype == np.uint8
    assert color[0, 0].tolist() == [45 + 1, 40 + 1, 85 + 1]
    assert color[-1, -1].tolist() == [469 % 200 + 1, 599 % 200 + 1, (469 + 599) % 200 + 1]


def test_depth_is_whole_millimetres(folder):
    depth = opened(folder, "trainval").image("5001", "depth")
    assert depth.shape == (425, 560) and depth.dtype == np.float32
    assert depth[0, 0] == 1546 and depth[-1, 0] == 1970  # 1.5456 m, 1.9696 m


def test_labels_of_894_classes_become_40(folder):
    label = opened(folder).labels("5002")["label"]
    assert label.shape == (425, 560) and label.dtype == np.uint8
    raw = (45 * 640 + 40) % 892 + 1
    assert label[0, 0] == CLASS_OF[raw - 1] - 1
    first = opened(folder, "trainval").labels("5001")["label"]
    row, column = divmod(892 * 50, 640)  # where the raw label is 0
    assert first[row - 45, column - 40] == 255 and (first == 255).sum() < 500


def test_hha_is_that_of_the_cut_depth(folder):
    data = opened(folder, "trainval")
    depth = data.image("5001", "depth")
    raw = np.where(np.arange(560) < 320 - 40, depth, 0)
    found = data.image("5001", "hha")
    assert found.shape == (425, 560, 3) and (found == hha.hha(depth, raw)).all()
    assert (found != hha.hha(depth)).any()


def test_splits_are_those_of_splits_mat(folder):
    assert opened(folder, "trainval").ids == ("5001", "5003")
    with pytest.raises(DataError, match=r"split 'val': not known of .*labeled.mat, expected"):
        opened(folder, "val")
    with pytest.raises(ChecksumError, match=r"splits.mat: gives 1 ids .* expected the 654"):
        opened(folder, checked=True)


def test_release_comes_first(folder):
    for inner in ("data/images", "segmentation"):
        (folder / "nyud" / inner).mkdir(parents=True)
    (folder / "nyud" / "test.txt").write_text("5009\n")
    assert opened(folder).ids == ("5009",)
    assert isinstance(opened(folder).source, nyudv2.Release)


@pytest.mark.parametrize("name", ["classMapping40.mat", "splits.mat"])
def test_what_is_needed_beside_it(folder, name):
    (folder / name).unlink()
    with pytest.raises(MissingError, match=rf"{name} is not in .*: get it from http.* and put it"):
        opened(folder)


def test_image_that_it_does_not_have(folder):
    for id in ("5000", "5004", "x"):
        with pytest.raises(DataError, match=rf"mat: has no image '{id}', only 5001 to 5003"):
            opened(folder).image(id, "color")


@pytest.mark.parametrize(
    "changed, kind, words",
    [
        ({"labels": None}, "labels", "has no labels: the variables are depths, images, names"),
        ({"images": np.zeros((3, 3, 480, 640), "u1")}, "color", r"images is uint8 \(3, 3, 480, 6"),
        ({"depths": np.zeros((3, 640, 480))}, "depth", r"depths is float64 .*, expected float32"),
        (
            {"depths": np.full((3, 640, 480), 1500, "f4")},
            "depth",
            "depths of image 5002 are 1500 to 1500, expected metres",
        ),
        ({"depths": np.full((3, 640, 480), np.nan, "f4")}, "depth", "expected metres, 0 to 100"),
        ({"depths": np.full((3, 640, 480), -1, "f4")}, "depth", "are -1 to -1, expected metres"),
        (
            {"labels": np.full((3, 640, 480), 895, "u2")},
            "labels",
            "labels 895, the first at row 0, column 0: expected whole numbers from 0 to 894",
        ),
        (
            {"depths": np.zeros((3, 640, 480), "f4"), "rawDepths": np.zeros((3, 640, 480), "f4")},
            "hha",
            "image 5002: no HHA: no pixel is measured",
        ),
    ],
)
def test_other_contents(folder, changed, kind, words):
    write(folder, **changed)
    data = opened(folder)
    with pytest.raises(DataError, match=f"nyu_depth_v2_labeled.mat: .*{words}"):
        data.labels("5002") if kind == "labels" else data.image("5002", kind)


@pytest.mark.parametrize("classes", [np.ones((1, 40)), np.zeros((1, 894)), np.full((1, 894), 41)])
def test_another_mapping(folder, classes):
    savemat(folder / "classMapping40.mat", {"mapClass": classes})
    with pytest.raises(DataError, match=r"mapClass has \d+ numbers, expected 894 from 1 to 40"):
        opened(folder)


def test_file_that_is_no_hdf5(folder):
    (folder / "nyu_depth_v2_labeled.mat").write_bytes(b"MATLAB 5.0" + bytes(200))
    with pytest.raises(DataError, match=r"labeled.mat: cannot be read as an HDF5 file"):
        opened(folder).image("5002", "color")


def test_without_h5py(folder, monkeypatch):
    monkeypatch.setitem(nyudv2_mat.optional.__globals__, "import_module", _no_module)
    with pytest.raises(DataError, match=r"'h5py' is not installed.*pip install 'fcn-reproduce\["):
        opened(folder).image("5002", "color")


def _no_module(name):
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)
