"""solverstate: Caffe's own read and written byte by byte, other files refused."""

import gzip
from pathlib import Path

import h5py
import numpy as np
import pytest
from encoder import dims, integer, nested, packed

from weights_convert.errors import CaffemodelError, ConvertError
from weights_convert.solverstate import opened, write_solverstate

GOLDEN = Path(__file__).parents[1] / "golden" / "solver"
BY_CAFFE = sorted(GOLDEN.glob("*/*.solverstate*"))
OF_2014 = Path(__file__).parents[3] / "shared/caffe-v1/cifar10_quick_iter_4000.solverstate"
HISTORY = [np.array([[1.5, -2.0, 3.0]], np.float32), np.float32(0.25), np.arange(4.0)]
ENCODED = [
    packed(5, [1.5, -2, 3]) + dims(1, 3),
    packed(5, [0.25]),
    packed(5, [0, 1, 2, 3]) + dims(4),
]


def by_hand(iter=300, learned_net="a/b.caffemodel", step=2):
    blobs = b"".join(nested(3, blob) for blob in ENCODED)
    return integer(1, iter) + nested(2, learned_net) + blobs + integer(4, step)


def read(path):
    with opened(path) as state:
        return state.iter, state.learned_net, [x.read() for x in state.history], state.current_step


@pytest.mark.parametrize("path", BY_CAFFE, ids=lambda path: path.parent.name)
def test_caffes_own_is_written_again_byte_by_byte(path, tmp_path):
    assert len(BY_CAFFE) == 2
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    state = read(path)
    assert (state[0], state[1], state[3]) == (4, "snap_iter_4.caffemodel", 0)
    write_solverstate(tmp_path / "s.solverstate", *state)
    assert (tmp_path / "s.solverstate").read_bytes() == data


@pytest.mark.skipif(not OF_2014.is_file(), reason=f"no {OF_2014}")
def test_one_that_caffe_wrote_in_2014():
    iter, learned_net, history, step = read(OF_2014)
    assert (iter, step) == (4000, 0)
    assert learned_net == "examples/cifar10/cifar10_quick_iter_4000.caffemodel"
    assert [x.shape for x in history[:2]] == [(32, 3, 5, 5), (1, 1, 1, 32)]


def test_the_bytes_by_hand(tmp_path):
    path = tmp_path / "s.solverstate"
    write_solverstate(path, 300, "a/b.caffemodel", HISTORY, 2)
    assert path.read_bytes() == by_hand()


@pytest.mark.parametrize("name", ["s.solverstate", "s.solverstate.gz", "s.solverstate.h5"])
def test_what_is_written_is_read(tmp_path, name):
    write_solverstate(tmp_path / name, 300, "a/b.caffemodel", HISTORY, 2)
    iter, learned_net, history, step = read(tmp_path / name)
    assert (iter, learned_net, step) == (300, "a/b.caffemodel", 2)
    assert [x.shape for x in history] == [(1, 3), (), (4,)]
    assert all(np.array_equal(x, y) for x, y in zip(history, HISTORY, strict=True))


def test_hdf5_has_what_caffe_reads(tmp_path):
    # hdf5.cpp: H5LTread_dataset_int, H5LTread_dataset_string, H5T_FLOAT; one link per array
    path = tmp_path / "s.solverstate.h5"
    write_solverstate(path, 300, "a/b.caffemodel", HISTORY, 2)
    with h5py.File(path) as file:
        for name, value in (("iter", 300), ("current_step", 2)):
            assert (file[name].dtype, file[name].shape, file[name][0]) == ("<i4", (1,), value)
        kind = file["learned_net"].id.get_type()
        assert (kind.is_variable_str(), kind.get_size()) == (False, len("a/b.caffemodel") + 1)
        assert kind.get_strpad() == h5py.h5t.STR_NULLTERM
        assert file["learned_net"].shape == ()
        assert {name: x.dtype for name, x in file["history"].items()} == dict.fromkeys("012", "<f4")


def test_hdf5_as_other_tools_write_it(tmp_path):
    path = tmp_path / "s.h5"
    with h5py.File(path, "w") as file:
        file["iter"], file["current_step"], file["learned_net"] = 7, 1, "a.caffemodel.h5"
        file["history/0"] = np.ones((2, 2), np.float32)
    iter, learned_net, history, step = read(path)
    assert (iter, learned_net, step) == (7, "a.caffemodel.h5", 1)
    assert history[0].tolist() == [[1, 1], [1, 1]]


def test_history_beyond_ten_is_in_order(tmp_path):
    arrays = [np.float32(n) for n in range(12)]
    write_solverstate(tmp_path / "s.h5", 1, "a", arrays)
    assert [float(x) for x in read(tmp_path / "s.h5")[2]] == list(range(12))


def test_what_is_absent_has_the_default_of_caffe(tmp_path):
    path = tmp_path / "s.solverstate"
    path.write_bytes(integer(1, 0))
    assert read(path) == (0, "", [], 0)


@pytest.mark.parametrize(
    "data, error",
    [
        (b"", r"not a solverstate \(it has no iter\): give the .solverstate"),
        (nested(1, "LeNet") + nested(100, ""), r"not a solverstate \(its first field is no number"),
        (
            by_hand()[:-20],
            r"byte \d+: field 3 takes \d+ bytes, but the file ends after \d+: is it c",
        ),
        (integer(1, -1), "iter -1, expected 0 or more"),
        (by_hand(step=-4), "current_step -4, expected 0 or more"),
        (integer(1, 4) + nested(3, dims(2)), "history 0: shape 2 promises 2 numbers, found 0"),
        (integer(1, 4) + nested(4, "x"), "field 4 is bytes with a length, expected a varint"),
    ],
)
def test_files_that_are_refused(tmp_path, data, error):
    path = tmp_path / "s.solverstate"
    path.write_bytes(data)
    with pytest.raises(CaffemodelError, match=rf"s\.solverstate: .*{error}"):
        read(path)


@pytest.mark.parametrize(
    "change, error",
    [
        (lambda file: file.pop("iter"), "it has no data set iter"),
        (lambda file: file.pop("history"), "it has no data set history"),
        (lambda file: file["history"].move("1", "5"), r"broken HDF5 data \(.*'1'"),
        (lambda file: file["history"].create_dataset("3", data=[1]), "history 3 has int64 numbers"),
        (lambda file: (file.pop("iter"), file.create_dataset("iter", data=[1, 2])), "broken HDF5"),
        (lambda file: (file.pop("iter"), file.create_group("iter")), "broken HDF5"),
    ],
)
def test_hdf5_that_is_refused(tmp_path, change, error):
    path = tmp_path / "s.h5"
    write_solverstate(path, 300, "a", HISTORY)
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(CaffemodelError, match=error):
        read(path)


def test_hdf5_that_is_cut_short(tmp_path):
    path = tmp_path / "s.h5"
    write_solverstate(path, 300, "a", HISTORY)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(CaffemodelError, match=r"broken HDF5 data|cut short"):
        read(path)


@pytest.mark.parametrize("iter", [-1, 2**31])
def test_an_iteration_that_no_file_holds(tmp_path, iter):
    with pytest.raises(ConvertError, match=f"iter {iter}, expected 0 to 2147483647"):
        write_solverstate(tmp_path / "s", iter, "a", [])
    assert not list(tmp_path.iterdir())


def test_numbers_that_no_file_holds(tmp_path):
    with pytest.raises(ConvertError, match="history 0: float64 numbers that float32 cannot hold"):
        write_solverstate(tmp_path / "s", 1, "a", [np.array([0.1])])
    assert not list(tmp_path.iterdir())
