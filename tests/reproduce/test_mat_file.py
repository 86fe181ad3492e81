"""MATLAB files as scipy reads and writes them, and those that are none."""

import random
import struct

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, savemat

from reproduce.datasets import mat_file
from reproduce.errors import DataError

LABEL = np.arange(12, dtype=np.uint16).reshape(3, 4) * 1000


def saved(tmp_path, compressed=False, **variables):
    path = tmp_path / "a.mat"
    savemat(path, variables, do_compression=compressed)
    return path


def refused(path, name="S"):
    with pytest.raises(DataError) as error:
        mat_file.variable(path, name)
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"])
@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (2, 3, 4), (0, 0)])
def test_numbers_of_scipy(tmp_path, dtype, shape, compressed):
    numbers = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    path = saved(tmp_path, compressed, before="text", S=numbers, after=np.eye(2))
    found = mat_file.variable(path, "S")
    assert found.dtype == numbers.dtype and found.shape == numbers.shape
    assert (found == loadmat(path)["S"]).all()


def element(kind, content, order=">"):
    return struct.pack(f"{order}2I", kind, len(content)) + content + bytes(-len(content) % 8)


def test_numbers_in_a_smaller_type_and_the_other_byte_order(tmp_path):
    """By hand: MATLAB on a big-endian machine; doubles stored as uint16, the name in its tag."""
    parts = element(6, struct.pack(">2I", 6, 0)) + element(5, struct.pack(">2i", 2, 2))
    parts += struct.pack(">2H", 1, 1) + b"S\0\0\0" + element(4, struct.pack(">4H", 1, 2, 3, 400))
    path = tmp_path / "a.mat"
    path.write_bytes(b"MATLAB 5.0".ljust(124) + b"\1\0MI" + element(14, parts))
    found = mat_file.variable(path, "S")
    assert found.dtype == np.float64 and found.tolist() == [[1, 3], [2, 400]]
    assert loadmat(path)["S"].tolist() == [[1, 3], [2, 400]]


@pytest.mark.parametrize("compressed", [False, True])
def test_field_of_a_struct(tmp_path, compressed):
    boundaries = np.array([np.eye(2), "text"], object)
    fields = {"Boundaries": boundaries, "Segmentation": LABEL, "Present": np.array([7.0])}
    path = saved(tmp_path, compressed, GTcls=fields)
    assert (mat_file.variable(path, "GTcls.Segmentation") == LABEL).all()
    assert mat_file.variable(path, "GTcls.Present") == 7


def test_variable_that_is_not_there(tmp_path):
    path = saved(tmp_path, LabelMap=LABEL, other=LABEL, GTcls={"Segmentation": LABEL})
    assert "has no S: the variables are LabelMap, other, GTcls, expected S" in refused(path)
    text = refused(path, "GTcls.S")
    assert "has no S: the fields of GTcls are Segmentation, expected S" in text
    assert "the fields of other are none, expected S" in refused(path, "other.S")


@pytest.mark.parametrize(
    "value, what",
    [
        (np.array([1, "a"], object), "cell"),
        ({"a": 1}, "struct"),
        ("text", "text"),
        (np.eye(2) + 1j, "matrix of another kind"),
    ],
)
def test_variable_that_is_no_array(tmp_path, value, what):
    assert f"S is a {what}, expected an array of real numbers" in refused(saved(tmp_path, S=value))


def test_labels(tmp_path):
    path = saved(tmp_path, S=LABEL, F=LABEL / 1, V=np.zeros((2, 2, 2), np.uint8))
    assert (mat_file.labels(path, "S", ("uint16",)) == LABEL).all()
    with pytest.raises(DataError, match=r"a.mat: F is of dtype float64, expected height x width"):
        mat_file.labels(path, "F", ("uint8", "uint16"))
    with pytest.raises(DataError, match=r"V has the shape \(2, 2, 2\), expected height"):
        mat_file.labels(path, "V", ("uint8",))


def test_missing_and_foreign_files(tmp_path):
    path = tmp_path / "a.mat"
    assert "the .mat file is missing" in refused(path)
    path.write_bytes(b"")
    assert "no header of version 5 to 7" in refused(path)
    path.write_text("<html>" + 200 * " ")
    assert "no header of version 5 to 7" in refused(path)
    path.unlink()
    path.mkdir()
    assert "cannot be read as a .mat file" in refused(path)


@pytest.mark.parametrize("userblock", [0, 512])
def test_version_7_3(tmp_path, userblock):
    path = tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file["S"] = LABEL
    assert "it is of version 7.3 (HDF5), save it in MATLAB with `-v7`" in refused(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_file_that_is_cut_short(tmp_path, compressed):
    path = saved(tmp_path, compressed, S=LABEL)
    whole = path.read_bytes()
    for length in range(129, len(whole)):
        path.write_bytes(whole[:length])
        assert "cannot be read as a .mat file" in refused(path)
    assert "an element of" in refused(path) and "bytes is cut short" in refused(path)


def test_shape_that_does_not_fit_the_numbers(tmp_path):
    path = saved(tmp_path, S=LABEL)
    shape, whole = struct.pack("<2i", 3, 4), path.read_bytes()
    for other in ((3, 5), (-1, 4), (-3, -4)):
        path.write_bytes(whole.replace(shape, struct.pack("<2i", *other)))
        assert f"S has 12 numbers for the shape {other}" in refused(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_bytes_are_refused_or_read(tmp_path, compressed):
    """Bytes changed at random: numbers or a DataError; scipy.io.loadmat has crashed on these."""
    path, chance = saved(tmp_path, compressed, G={"S": LABEL, "T": "text"}), random.Random(1)
    whole, refusals = path.read_bytes(), 0
    for _ in range(1500):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(128, len(whole))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            mat_file.variable(path, "G.S")
        except DataError:
            refusals += 1
    assert refusals > 300
