"""Arrays and refusals against real Caffe's files, and against files put together by hand."""

import gzip
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from encoder import dims, integer, layer, nested, packed, tag, varint

from weights_convert.caffemodel import Caffemodel, read_caffemodel
from weights_convert.errors import CaffemodelError
from weights_convert.mapped import Numbers

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def opened(tmp_path):
    def write(data: bytes) -> Caffemodel:
        (tmp_path / "w.caffemodel").write_bytes(data)
        return Caffemodel.open(tmp_path / "w.caffemodel")

    return write


def bits(array):
    return array.dtype, array.shape, array.tobytes()


@pytest.mark.parametrize("case, count", [("double_data", 6), ("unpacked_wire", 6)])
def test_parameters_are_those_caffe_loaded(case, count):
    read = read_caffemodel(GOLDEN / "legacy" / case / "weights.caffemodel")
    with np.load(GOLDEN / "legacy" / case / "output.npz") as output:
        loaded = {key: output[key] for key in output if key.startswith("param:")}
    found = {f"param:{name}:{i}": b for name, blobs in read.items() for i, b in enumerate(blobs)}
    assert len(loaded) == count
    assert {key: bits(b) for key, b in found.items()} == {key: bits(b) for key, b in loaded.items()}


def test_a_file_for_another_net():
    read = read_caffemodel(GOLDEN / "legacy" / "partial_weights" / "weights.caffemodel")
    with np.load(GOLDEN / "legacy" / "partial_weights" / "output.npz") as output:
        for i in range(2):
            assert bits(read["c1"][i]) == bits(output[f"param:c1:{i}"])
    assert np.array_equal(read["not_in_net"], np.ones((1, 2, 2))) and "ip" not in read


@pytest.mark.parametrize("case, pad, first", [("v1", 10, "conv1"), ("v0", 1, "pad1")])
def test_older_forms(case, pad, first):
    folder = GOLDEN / "legacy" / case
    with Caffemodel.open(folder / "weights.caffemodel") as model:
        types = {found.name: found.type for found in model.layers}
        assert next(iter(types)) == first
        assert (types["conv1"], types["relu1"]) == ("Convolution", "ReLU")
    weight, bias = read_caffemodel(folder / "weights.caffemodel")["conv1"]
    assert bias.shape == (1, 1, 1, len(weight))
    with np.load(folder / "input.npz") as given, np.load(folder / "output.npz") as output:
        data = np.pad(given["data"][0], ((0, 0), (pad, pad), (pad, pad)))
        windows = np.lib.stride_tricks.sliding_window_view(data, (3, 3), (1, 2))
        conv1 = np.einsum("chwij,ocij->ohw", windows, weight) + bias.reshape(-1, 1, 1)
        assert np.allclose(np.maximum(conv1, 0), output["conv1"][0], atol=1e-5)  # summation order


def test_a_net_that_caffe_saved():
    path = GOLDEN / "nets" / "voc-fcn8s" / "weights.caffemodel.gz"
    with Caffemodel.open(path) as model:
        types = {found.name: found.type for found in model.layers}
        assert (model.path, model.name) == (str(path), "voc-fcn8s")
        assert (types["conv1_1"], types["upscore2"]) == ("Convolution", "Deconvolution")
        assert types["data_data_0_split"] == "Split"
    row = np.array([1, 3, 3, 1]) / 4  # bilinear, twofold
    upscore2 = read_caffemodel(path)["upscore2"][0]
    assert upscore2.shape == (21, 21, 4, 4)
    assert np.array_equal(upscore2[3, 3], np.outer(row, row)) and not upscore2[3, 4].any()


def test_layers_stay_in_order_and_the_last_of_a_name_counts(opened, tmp_path):
    blobs = [packed(5, [n]) + dims(1) for n in range(3)]
    data = (
        layer("a", blobs[0]) + nested(1, "net") + layer("b", type="ReLU") + layer("a", *blobs[1:])
    )
    model = opened(nested(999, "unknown") + integer(5, 1) + data + layer("a"))
    assert [(found.name, len(found.blobs)) for found in model.layers] == [
        ("a", 1), ("b", 0), ("a", 2), ("a", 0),
    ]  # fmt: skip
    assert model.name == "net"
    read = read_caffemodel(tmp_path / "w.caffemodel")
    assert {name: [b.item() for b in blobs] for name, blobs in read.items()} == {"a": [1, 2]}


def test_empty_file_and_file_without_layers(opened, tmp_path):
    assert opened(b"").layers == () and opened(nested(1, "x")).layers == ()
    assert read_caffemodel(tmp_path / "w.caffemodel") == {}


@pytest.mark.parametrize(
    "data, error",
    [
        (layer("a", dims(2, 3) + packed(5, [1] * 5)),
         "byte 21: layer 'a' blob 0: shape 2 x 3 promises 6 numbers, found 5"),
        (layer("a", packed(5, [1]), packed(5, [])), "layer 'a' blob 1: shape scalar promises 1"),
        (layer("a", integer(1, 2) + packed(5, [1, 2])), "shape 2 x 0 x 0 x 0 promises 0"),
        (layer("a", dims(-1)), "layer 'a' blob 0: no blob has shape -1"),
        (layer("a", integer(1, -5)), "no blob has shape -5 x 0 x 0 x 0"),
        (layer("a", dims(2**16, 2**15)), "no blob has shape 65536 x 32768"),
        (layer("a", dims(2**62, 2**62, 2**62)), "no blob has shape 46116"),
        (layer("a", dims(0, 2**31)), "no blob has shape 0 x 2147483648"),
        (layer("a", dims(*[1] * 33) + packed(5, [1])), "33 axes, at most 32 can be"),
        (layer("a", dims(*[1] * 321) + packed(5, [1])), "layer 'a' blob 0: more than 32 axes"),
        (layer("a") + nested(2, nested(4, "b")), "has both `layer` and `layers`"),
        (layer("\udc80".encode(errors="surrogateescape")), "byte 3: field 1 is not UTF-8 text"),
    ],
)  # fmt: skip
def test_refuses(opened, data, error):
    with pytest.raises(CaffemodelError, match=f"w.caffemodel: .*{error}"):
        opened(data)


@pytest.mark.parametrize(
    "case, error",
    [
        ("weights_truncated", "byte 1134: field 100 takes 1081 bytes, but the file ends after 498"),
        ("weights_short_blob", "'conv1' blob 0: shape 6 x 3 x 3 x 3 promises 162 .*, found 100"),
    ],
)
def test_refuses_what_caffe_refuses(case, error):
    with pytest.raises(CaffemodelError, match=error):
        read_caffemodel(GOLDEN / "bad" / case / "weights.caffemodel")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(CaffemodelError, match=r"none\.caffemodel: cannot be read: No such file"):
        Caffemodel.open(tmp_path / "none.caffemodel")
    with pytest.raises(CaffemodelError, match="cannot be read: Is a directory"):
        Caffemodel.open(tmp_path)


def test_gzip_is_unpacked_and_broken_gzip_refused(tmp_path):
    whole = gzip.compress(layer("a", packed(5, [1, 2]) + dims(2)))
    (tmp_path / "a").write_bytes(whole)
    assert read_caffemodel(tmp_path / "a")["a"][0].tolist() == [1, 2]
    for broken in (whole[:-9], whole[:12], whole[:-8] + bytes(8), whole[:3] + bytes(30)):
        (tmp_path / "a").write_bytes(broken)
        with pytest.raises(CaffemodelError, match="a: broken gzip data"):
            read_caffemodel(tmp_path / "a")


def test_more_than_two_gibibytes(tmp_path):
    """A file with holes, which takes no disk: only what is asked for is read."""
    count, last = 600_000_000, struct.pack("<3f", 1, 2, 3)
    blob = dims(count) + tag(5, 2) + varint(4 * count)
    start = nested(1, "big") + tag(7, 2) + varint(len(blob) + 4 * count) + blob
    with (tmp_path / "big").open("wb") as file:
        file.write(tag(100, 2) + varint(len(start) + 4 * count) + start)
        file.seek(4 * count - 12, 1)
        file.write(last + layer("small", packed(5, [4, 5]) + dims(2)))
    before = time.perf_counter()
    with Caffemodel.open(tmp_path / "big") as model:
        assert time.perf_counter() - before < 0.5
        big, small = (found.blobs[0] for found in model.layers)
        assert big.shape == (count,) and small.read().tolist() == [4, 5]
        [part] = big.parts
        end = replace(big, shape=(3,), parts=(Numbers(part.start + 4 * count - 12, 3, "<f4", 4),))
        assert end.read().tolist() == [1, 2, 3]


PEAK = """
import sys
from weights_convert import read_caffemodel
status = lambda key: next(1024 * int(line.split()[1]) for line in open("/proc/self/status") if key in line)
before = status("VmRSS")
read = read_caffemodel(sys.argv[1])
assert "torch" not in sys.modules
print((status("VmHWM") - before) / sum(b.nbytes for blobs in read.values() for b in blobs))
"""  # noqa: E501


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read memory from")
def test_memory_is_that_of_the_arrays(tmp_path):
    """64 MiB packed, 64 MiB unpacked: a second copy of either would show."""
    numbers = np.arange(1 << 24, dtype="<f4")
    tagged = np.empty(1 << 24, [("tag", "u1"), ("number", "<f4")])
    tagged["tag"], tagged["number"] = 0x2D, numbers
    blobs = [nested(5, numbers.tobytes()) + dims(1 << 24), tagged.tobytes() + dims(1 << 24)]
    (tmp_path / "w").write_bytes(layer("a", *blobs))
    command = [sys.executable, "-c", PEAK, str(tmp_path / "w")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 1 <= float(run.stdout) < 1.25
