"""Every format against the arrays of real Caffe's file, read by the format's own library."""

import gzip
import json
import os
import resource
import signal
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from weights_convert import parameters, read_caffemodel, write_caffemodel
from weights_convert.__main__ import main
from weights_convert.formats import suffixes

GOLDEN = Path(__file__).parents[1] / "golden"
NET = GOLDEN / "nets" / "voc-fcn8s-atonce"
PROTOTXT, WEIGHTS = NET / "net.prototxt", NET / "weights.caffemodel.gz"
SUFFIXES = [
    ".caffemodel",
    ".caffemodel.gz",
    ".caffemodel.h5",
    ".onnx",
    ".pt",
    ".py",
    ".safetensors",
]


def convert(out, prototxt=PROTOTXT, weights=WEIGHTS, *options):
    return main(["convert", *map(str, (prototxt, weights, *options)), "-o", str(out)])


@pytest.fixture(scope="module")
def arrays():
    """What state_dict calls a parameter -> its array, as Caffe's file has it."""
    named = zip(("weight", "bias"), range(2), strict=True)
    names = dict((index, name) for name, index in named)
    read = read_caffemodel(WEIGHTS)
    return {
        f"{layer}.{names[i]}": blob for layer, own in read.items() for i, blob in enumerate(own)
    }


def bits(arrays):
    return {key: (array.dtype, array.shape, array.tobytes()) for key, array in arrays.items()}


def test_suffixes():
    assert sorted(suffixes()) == SUFFIXES


def test_pt_is_a_state_dict_of_tensors_alone(tmp_path, arrays, capsys):
    assert convert(tmp_path / "net.pt") == 0
    read = torch.load(tmp_path / "net.pt", weights_only=True)
    assert type(read) is dict
    assert bits({key: tensor.numpy() for key, tensor in read.items()}) == bits(arrays)
    out = capsys.readouterr().out
    assert out == f"{tmp_path}/net.pt: {len(arrays)} arrays, read back and equal bit for bit\n"


def test_safetensors_knows_where_it_is_from(tmp_path, arrays):
    from safetensors import safe_open

    (tmp_path / "w.caffemodel").write_bytes(gzip.decompress(WEIGHTS.read_bytes()))
    assert convert(tmp_path / "net.safetensors", weights=tmp_path / "w.caffemodel") == 0
    with safe_open(tmp_path / "net.safetensors", "np") as file:
        assert bits({key: file.get_tensor(key) for key in file.keys()}) == bits(arrays)  # noqa: SIM118
        told = json.loads(file.metadata()["weights_convert"])
    text = PROTOTXT.read_bytes()
    digests = {"prototxt": text, "caffemodel": (tmp_path / "w.caffemodel").read_bytes()}
    assert told == {
        "format_version": 1,
        "net": "voc-fcn8s-atonce",
        "phase": "TEST",
        "sha256": {key: sha256(data).hexdigest() for key, data in digests.items()},
        "prototxt": text.decode(),
    }


@pytest.mark.parametrize("suffix", [".pt", ".safetensors", ".caffemodel.gz"])
def test_same_bytes_and_rights_every_time(tmp_path, suffix):
    (tmp_path / "plain").touch()
    for name in ("a", "b"):
        assert convert(tmp_path / f"{name}{suffix}") == 0
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    assert (tmp_path / f"a{suffix}").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_hdf5_and_back(tmp_path, capsys):
    h5py = pytest.importorskip("h5py")
    assert convert(tmp_path / "w.caffemodel.h5") == 0
    read = read_caffemodel(WEIGHTS)
    with h5py.File(tmp_path / "w.caffemodel.h5") as file:
        assert np.array_equal(file["data/conv1_1/0"], read["conv1_1"][0])
    assert convert(tmp_path / "w.caffemodel", weights=tmp_path / "w.caffemodel.h5") == 0
    assert "not as in" in (out := capsys.readouterr().out) and "HDF5" in out
    back = read_caffemodel(tmp_path / "w.caffemodel")
    assert {k: [b.tolist() for b in v] for k, v in back.items()} == {
        k: [b.tolist() for b in v] for k, v in read.items()
    }


def test_onnx_is_checked(tmp_path, capsys):
    pytest.importorskip("onnxruntime")
    assert convert(tmp_path / "net.onnx") == 0
    assert "onnxruntime computes the outputs of the net" in capsys.readouterr().out


def test_python_runs_alone(tmp_path):
    assert convert(tmp_path / "net.py") == 0
    source = (tmp_path / "net.py").read_text()
    assert "weights_convert" not in [
        line.split()[1] for line in source.splitlines() if "import " in line
    ]


def test_shared_arrays_are_written_with_each_layer(tmp_path):
    (tmp_path / "net.prototxt").write_text("""
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 2 } } }
        layer { name: "a" type: "Scale" bottom: "x" top: "y" param { name: "w" } }
        layer { name: "b" type: "Scale" bottom: "y" top: "z" param { name: "w" } }""")
    write_caffemodel(tmp_path / "w", {name: [np.float32([1, 2])] for name in "ab"})
    for suffix in (".pt", ".safetensors", ".caffemodel"):
        assert convert(tmp_path / f"new{suffix}", tmp_path / "net.prototxt", tmp_path / "w") == 0
    assert list(read_caffemodel(tmp_path / "new.caffemodel")) == ["a", "b"]


def test_odd_numbers_survive(tmp_path):
    """NaN with a payload, minus zero and denormals: equal bit for bit, not by ==."""
    (tmp_path / "net.prototxt").write_text("""
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 4 } } }
        layer { name: "s" type: "Scale" bottom: "x" top: "y" }""")
    odd = np.array([0x7FC12345, 0x80000000, 1, 0xFF800000], np.uint32).view(np.float32)
    write_caffemodel(tmp_path / "w", {"s": [odd]})
    for suffix in (".pt", ".safetensors", ".caffemodel", ".caffemodel.h5"):
        assert convert(tmp_path / f"new{suffix}", tmp_path / "net.prototxt", tmp_path / "w") == 0


@pytest.mark.parametrize("suffix", [".pt", ".safetensors", ".caffemodel", ".caffemodel.h5"])
def test_a_file_that_reads_back_otherwise_is_not_kept(tmp_path, monkeypatch, capsys, suffix):
    check = parameters.check

    def damaged(expected, found):
        pairs = [(key, array.copy()) for key, array in found]
        pairs[3][1].flat[0] += 1
        return check(expected, pairs)

    monkeypatch.setattr(parameters, "check", damaged)
    assert convert(tmp_path / f"net{suffix}") == 2
    err = capsys.readouterr().err
    assert err.startswith("error: array '") and "is not what was written when it is read" in err
    assert not list(tmp_path.iterdir())


def test_arrays_missing_or_left_over_are_named():
    one = {"a.weight": np.zeros(2, np.float32)}
    assert parameters.check(one, one.items()).startswith("1 arrays, ")
    for found, error in (
        ({}, "array 'a.weight' is missing when"),
        ({**one, "b": one["a.weight"]}, "array 'b' was read back, and is none of the net's"),
        ({"a.weight": -one["a.weight"]}, "array 'a.weight' is not what was written"),
        ({"a.weight": np.zeros(2)}, "array 'a.weight' is not what was written"),
    ):
        with pytest.raises(ValueError, match=error):
            parameters.check(one, found.items())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_ctrl_c_keeps_the_old_file(tmp_path, monkeypatch, capsys, suffix):
    def interrupted(net, source, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    (out := tmp_path / f"net{suffix}").write_bytes(b"old")
    monkeypatch.setattr(suffixes()[suffix], "write", interrupted)
    assert convert(out) == 130
    assert capsys.readouterr().err == "interrupted; nothing was written\n"
    assert [path.name for path in tmp_path.iterdir()] == [out.name] and out.read_bytes() == b"old"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, capsys, suffix):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # bytes that a file may have
    try:
        status = convert(tmp_path / f"net{suffix}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    err = capsys.readouterr().err
    assert status == 2 and err.startswith("error: ") and err.count("\n") == 1, err
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_while_torch_writes(tmp_path, monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 704 vs 598")

    monkeypatch.setattr(torch, "save", fail)
    assert convert(tmp_path / "net.pt") == 2
    assert "error: torch: cannot write the file, is the disk full?" in capsys.readouterr().err


def test_an_old_file_is_replaced_and_not_written_over(tmp_path):
    (tmp_path / "net.pt").write_bytes(b"old")
    os.link(tmp_path / "net.pt", tmp_path / "other")
    assert convert(tmp_path / "net.pt") == 0
    assert (tmp_path / "other").read_bytes() == b"old" != (tmp_path / "net.pt").read_bytes()


def test_refuses_to_overwrite_what_it_reads(tmp_path, capsys):
    weights = tmp_path / "w.caffemodel"
    weights.write_bytes(data := gzip.decompress(WEIGHTS.read_bytes()))
    (tmp_path / "link.caffemodel").symlink_to(weights)
    os.link(weights, tmp_path / "hard.caffemodel")
    for name in ("w", "link", "hard"):
        assert convert(tmp_path / f"{name}.caffemodel", weights=weights) == 2
        assert (
            f"{name}.caffemodel: is the file to read, expected another" in capsys.readouterr().err
        )
    assert weights.read_bytes() == data


def test_refuses_other_calls(tmp_path, capsys):
    for out, error in (
        (tmp_path / "net.h5", f"net.h5: unknown suffix, expected one of {', '.join(SUFFIXES)}"),
        (tmp_path / ".pt", ".pt: unknown suffix"),
        (tmp_path / "none" / "net.pt", "net.pt: cannot be written: No such file or directory"),
    ):
        assert convert(out) == 2
        assert error in capsys.readouterr().err
    assert convert(tmp_path / "net.pt", weights=tmp_path / "none") == 2
    assert "none: cannot be read: No such file" in capsys.readouterr().err
    other = GOLDEN / "nets" / "voc-fcn-alexnet" / "weights.caffemodel.gz"
    assert convert(tmp_path / "net.pt", weights=other) == 2
    assert "lacks parameters of conv1_1" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_partial_file_must_be_asked_for_and_gives_the_same_every_time(tmp_path, capsys, arrays):
    read = read_caffemodel(WEIGHTS)
    write_caffemodel(tmp_path / "w", {"conv1_1": read["conv1_1"], "other": [np.ones(1)]})
    assert convert(tmp_path / "net.pt", weights=tmp_path / "w") == 2
    for name in ("a.pt", "b.pt"):
        assert convert(tmp_path / name, PROTOTXT, tmp_path / "w", "--partial") == 0
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()
    told = capsys.readouterr().out
    assert "a.pt: in the caffemodel, but not in the net: other\n" in told
    kept = ", ".join(name for name in read if name != "conv1_1")
    assert f"a.pt: not in the caffemodel, so as their fillers make them: {kept}\n" in told
    found = torch.load(tmp_path / "a.pt", weights_only=True)
    assert np.array_equal(found["conv1_1.weight"], arrays["conv1_1.weight"])


def test_crops_are_aligned_as_asked(tmp_path, capsys):
    """The net of the older dialect at its 31 pixels, or at 0, which only its code tells."""
    folder = GOLDEN / "nets" / "voc-fcn8s-olddialect"
    files = [folder / "net.prototxt", next(folder.glob("weights.*"))]
    assert convert(tmp_path / "told.pt", *files) == 0
    assert "warning: net 'voc-fcn8s-olddialect': no Crop layer" in capsys.readouterr().err
    for word, offset in (("--align-crops", 31), ("--no-align-crops", 0)):
        assert convert(tmp_path / f"net{offset}.py", *files, word) == 0
        assert not capsys.readouterr().err
    assert (tmp_path / "net31.py").read_text() != (tmp_path / "net0.py").read_text()
