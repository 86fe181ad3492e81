"""What is written is what protobuf itself would write, and is read back bit for bit."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from encoder import dims, layer, nested, packed
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from weights_convert import caffemodel_writer
from weights_convert.caffemodel import Caffemodel, read_caffemodel
from weights_convert.caffemodel_writer import write_caffemodel
from weights_convert.errors import ConvertError

GOLDEN = Path(__file__).parents[1] / "golden"
BLOBS = arrays.arrays(
    "<u4", arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
).map(lambda bits: bits.view("<f4"))  # so that NaNs have payloads, and zeros signs
PARAMS = st.dictionaries(st.text(st.characters(codec="utf-8")), st.lists(BLOBS, max_size=3))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "w.caffemodel"


def bits(params):
    pairs = {name: [(b.shape, b.tobytes()) for b in blobs] for name, blobs in params.items()}
    return {name: blobs for name, blobs in pairs.items() if blobs}


def test_the_bytes_of_a_file_that_protobuf_wrote(path):
    original = GOLDEN / "legacy" / "partial_weights" / "weights.caffemodel"
    with Caffemodel.open(original) as model:
        types = {found.name: found.type for found in model.layers}
        write_caffemodel(path, read_caffemodel(original), types, model.name)
    assert path.read_bytes() == original.read_bytes()


def test_the_bytes_by_hand(path):
    params = {"a": [np.float32([[1, 2]]), np.float32(3)], "b": []}
    write_caffemodel(path, params, {"b": "ReLU", "c": "Crop"}, "net")
    a = layer("a", packed(5, [1, 2]) + dims(1, 2), packed(5, [3]), type="")
    assert path.read_bytes() == nested(1, "net") + a + layer("b", type="ReLU")


@given(PARAMS)
def test_read_back_bit_for_bit(tmp_path_factory, params):
    path = tmp_path_factory.getbasetemp() / "written"
    write_caffemodel(path, params)
    assert bits(read_caffemodel(path)) == bits(params)


@pytest.mark.parametrize(
    "blob",
    [
        np.arange(24, dtype="f4").reshape(2, 3, 4).transpose(2, 0, 1)[::2],
        np.arange(3, dtype=">f4"),
        np.float64([1.5, np.nan, np.inf, -0.0]),
        np.float16([1.5, 65504]),
        np.int64([-(2**53), 2**24, 2**40]),
        np.array([True, False]),
        [[1, 2], [3, 4]],
        torch.tensor([1.0, 2.0], requires_grad=True),
        torch.tensor([[1.5]], dtype=torch.float64),
    ],
    ids=lambda blob: f"{type(blob).__name__}-{getattr(blob, 'dtype', '')}",
)
def test_exact_numbers_of_other_kinds(path, blob):
    write_caffemodel(path, {"a": [blob]})
    expected = np.asarray(blob.detach() if torch.is_tensor(blob) else blob)
    [[read]] = read_caffemodel(path).values()
    assert np.array_equal(read, expected, equal_nan=True) and read.shape == expected.shape
    assert np.array_equal(np.signbit(read), np.signbit(expected.astype("f4")))


@pytest.mark.parametrize(
    "blob, error",
    [
        (
            np.float64([1, 0.1]),
            "layer 'a' blob 1: float64 numbers that float32 cannot hold",
        ),
        (np.float64([1e300]), "float64 .* round them first"),
        (np.int32([2**24 + 1]), "int32 numbers that float32 cannot hold"),
        (np.int64([2**53 + 1]), "int64 numbers that float32 cannot hold"),
        (np.uint64([2**64 - 1]), "uint64 numbers that float32 cannot hold"),
        (np.int64([-(2**63)]), "int64 numbers that float32 cannot hold"),
        (np.complex64([1]), "complex64 numbers"),
        (np.array(["1"]), "<U1 numbers"),
        ([[1, 2], [3]], "layer 'a' blob 1: not an array of numbers"),
        (torch.ones(1, dtype=torch.bfloat16), "layer 'a' blob 1: not an array of numbers"),
        (np.ones([1] * 33), "shape .* is more than a Caffe blob holds"),
        (np.broadcast_to(np.float32(0), (2**16, 2**15)), "is more than a Caffe blob holds"),
    ],
)
def test_refuses_numbers(path, blob, error):
    with pytest.raises(ConvertError, match=error):
        write_caffemodel(path, {"a": [np.float32(1), blob]})
    assert not path.exists()


def test_refuses_other_mistakes(path):
    with pytest.raises(ConvertError, match="layer 'a': one array, expected a list of its blobs"):
        write_caffemodel(path, {"a": np.ones(3, np.float32)})
    with pytest.raises(ConvertError, match=r"layer name '\\udc80': expected UTF-8 text"):
        write_caffemodel(path, {"\udc80": []})
    with pytest.raises(ConvertError, match="layer 'a': type 4: expected UTF-8 text"):
        write_caffemodel(path, {"a": []}, {"a": 4})


def test_refuses_a_file_larger_than_caffe_reads(path, monkeypatch):
    assert caffemodel_writer.MAX_BYTES == 2**31 - 1
    write_caffemodel(path, params := {"a": [np.ones(2, np.float32)]})
    monkeypatch.setattr(caffemodel_writer, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(ConvertError, match="would take 23 bytes, Caffe reads at most 22"):
        write_caffemodel(path, params)


def test_gzip_holds_the_same_and_no_time(path, tmp_path):
    params = {"a": [np.arange(6, dtype=np.float32)]}
    write_caffemodel(path, params)
    write_caffemodel(tmp_path / "w.gz", params)
    first = (tmp_path / "w.gz").read_bytes()
    assert first[:8] == b"\x1f\x8b\x08\x00" + bytes(4)  # no name, no time
    assert gzip.decompress(first) == path.read_bytes()
    assert bits(read_caffemodel(tmp_path / "w.gz")) == bits(params)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_keeps_the_old_file(path, tmp_path, monkeypatch, error):
    path.write_bytes(b"old")
    written = []

    def fail(sink, piece):
        written.append(sink.write(piece))
        raise error

    monkeypatch.setattr(caffemodel_writer, "_write", fail)
    with pytest.raises(KeyboardInterrupt if not str(error) else ConvertError) as raised:
        write_caffemodel(path, {"a": [np.float32(1)]})
    assert written and list(tmp_path.iterdir()) == [path] and path.read_bytes() == b"old"
    if str(error):
        assert raised.match(r"w\.caffemodel: cannot be written: No space left on device")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ConvertError, match="none/w: cannot be written: No such file or directory"):
        write_caffemodel(tmp_path / "none" / "w", {})
