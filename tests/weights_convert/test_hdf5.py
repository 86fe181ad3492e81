"""HDF5 caffemodels: written and read bit for bit, and every other layout refused by name."""

import gzip
import sys

import h5py
import numpy as np
import pytest
from golden import GOLDEN
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from weights_convert import ConvertError, read_caffemodel
from weights_convert.caffemodel import Caffemodel
from weights_convert.errors import CaffemodelError
from weights_convert.hdf5 import write_hdf5

REAL = GOLDEN / "legacy" / "hdf5" / "weights.caffemodel.h5.gz"
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
BLOBS = st.lists(arrays.arrays(np.float32, SHAPES), min_size=1, max_size=3)
NAMES = st.text("abc_12.- ", min_size=1, max_size=6).filter(lambda name: name != ".")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "w.caffemodel.h5"


@given(params=st.dictionaries(NAMES, BLOBS, max_size=4))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_is_read(path, params):
    write_hdf5(path, params)
    found = read_caffemodel(path)
    assert found.keys() == params.keys()
    for name, blobs in params.items():
        for mine, theirs in zip(blobs, found[name], strict=True):
            assert (mine.shape, mine.tobytes()) == (theirs.shape, theirs.tobytes())


def test_the_layout_is_caffes(path):
    write_hdf5(path, read_caffemodel(REAL))
    path.with_suffix(".real").write_bytes(gzip.decompress(REAL.read_bytes()))
    with h5py.File(path) as ours, h5py.File(path.with_suffix(".real")) as real:
        found = []
        real.visititems(lambda name, item: found.append(name) if len(item) else None)
        assert sum(name.count("/") == 2 for name in found) == 41
        for name in found:
            assert type(ours[name]) is type(real[name])
            if isinstance(ours[name], h5py.Dataset):
                assert (ours[name].dtype, ours[name].shape) == (real[name].dtype, real[name].shape)


def test_the_kind_of_file_is_told_by_its_bytes(path):
    for name in ("w.caffemodel", "w.bin"):
        write_hdf5(path.with_name(name), {"a": [np.float32([1, 2])]})
        assert read_caffemodel(path.with_name(name))["a"][0].tolist() == [1, 2]


def test_layers_without_blobs_are_left_out(path):
    with h5py.File(path, "w") as file:
        file.create_group("data/relu")
        file["data/a/0"] = np.float64([0.5, 1])
        file["data/big"] = h5py.SoftLink("/data/a")
    with Caffemodel.open(path) as model:
        assert [(layer.name, len(layer.blobs)) for layer in model.layers] == [("a", 1)]
    assert read_caffemodel(path)["a"][0].dtype == np.float32


def written(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, options in datasets.items():
            file.create_dataset(name.replace("__", "/"), **options)


ZEROS = np.zeros(3, np.float32)


@pytest.mark.parametrize(
    "datasets, error",
    [
        ({}, r"broken HDF5 data \(.*data.*\)"),
        ({"data__a__0": {"data": np.arange(3)}}, "data set 'a/0' has int64 numbers, expected flo"),
        (
            {"data__a__0": {"data": ZEROS, "chunks": (2,)}},
            r"data set 'a/0' of shape \(3,\) is not stored in one piece, expected .* h5repack -l",
        ),
        (
            {"data__a__0": {"shape": (2**20, 2**20), "dtype": "<f4"}},
            r"data set 'a/0' of shape \(1048576, 1048576\) is not stored in one piece",
        ),
        ({"data__a__x": {"data": ZEROS}}, "data set 'a/x', expected LAYER/0, LAYER/1"),
        ({"data__a__99": {"data": ZEROS}}, "data set 'a/99', expected LAYER/0, LAYER/1"),
    ],
)
def test_other_layouts_are_refused(path, datasets, error):
    written(path, **datasets)
    with pytest.raises(CaffemodelError, match=f"w.caffemodel.h5: {error}"):
        read_caffemodel(path)


@pytest.mark.parametrize("size", [8, 100, 5000, 60_000, 800_000])
def test_a_file_that_is_cut_short_is_refused(path, size):
    path.write_bytes(gzip.decompress(REAL.read_bytes())[:size])
    with pytest.raises(CaffemodelError, match=r"w.caffemodel.h5: broken HDF5 data \(.*: fetch it"):
        read_caffemodel(path)


@pytest.mark.parametrize("name", ["", ".", "/a", "a//b", "a/./b", "b/0"])
def test_a_name_that_is_no_group_is_refused_and_nothing_is_left(path, name):
    with pytest.raises(ConvertError, match=f"layer '{name}': no HDF5 group can be called so"):
        write_hdf5(path, {"b": [ZEROS], name: [ZEROS]})
    assert not list(path.parent.iterdir())


def test_numbers_that_float32_has_not_are_refused(path):
    with pytest.raises(ConvertError, match="layer 'a' blob 0: float64 numbers that float32 cannot"):
        write_hdf5(path, {"a": [np.float64([0.1])]})


def test_a_blob_that_is_shared_cannot_be_read_alone(path):
    written(path, data__a__1={"data": ZEROS})
    with pytest.raises(CaffemodelError, match="layer 'a' shares a blob, which stands with another"):
        read_caffemodel(path)


def test_without_h5py_the_extra_is_named(path, monkeypatch):
    write_hdf5(path, {"a": [ZEROS]})
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ConvertError, match=r"package 'h5py' is not installed.*\[hdf5\]"):
        read_caffemodel(path)
