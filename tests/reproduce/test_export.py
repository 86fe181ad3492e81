"""A net by its name as a file that brings its preprocessing, classes and colours along."""

import json

import numpy as np
import pytest
import torch

from reproduce import nets, open_net, sample, segment
from reproduce.errors import DataError
from reproduce.export import main
from reproduce.predicting.tasks import tasks_of

NET = "siftflow-fcn8s"
IMAGES = (
    sample.FOLDER / "sift-flow" / "Images" / "spatial_envelope_256x256_static_8outdoorcategories"
)

safetensors = pytest.importorskip("safetensors")
numpy_files = pytest.importorskip("safetensors.numpy")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "net.safetensors"
    assert main([NET, "--sample", "-o", str(path)]) == 0
    return path


def told(path):
    with safetensors.safe_open(path, "numpy") as file:
        return json.loads(file.metadata()["weights_convert"])


def test_what_the_file_says_of_its_net(stored):
    about = told(stored)["about"]
    assert about["net"] == NET and about["license"] == "BSD-2-Clause"
    mean = [114.578, 115.294, 108.353]
    assert about["preprocess"] == {"data": {"image": "color", "channels": "BGR", "mean": mean}}
    assert [len(head["classes"]) for head in about["heads"].values()] == [33, 3]
    assert about["heads"]["score_geo"]["classes"] == ["sky", "horizontal", "vertical"]
    assert told(stored)["net"] == NET and "arxiv.org/abs/1411.4038" in about["citation"]


@pytest.mark.parametrize("fast", [False, True])
def test_open_net_gives_the_labels_of_caffe(stored, fast):
    net = open_net(NET, stored, fast=fast)
    image = min(IMAGES.iterdir())
    for head, labels in segment(net, image).items():
        assert np.array_equal(np.array(labels), sample.caffe_labels(NET, head, image.stem))
    for head, task in tasks_of(nets.load(NET)).items():
        assert net.tasks[head].classes == task.classes
        assert np.array_equal(net.tasks[head].palette, task.palette)


def test_what_the_file_says_comes_before_what_the_name_says(stored, tmp_path):
    changed = told(stored)
    changed["about"]["preprocess"]["data"]["mean"] = [1.0, 2.0, 3.0]
    changed["about"]["heads"]["score_geo"]["classes"] = ["a", "b", "c"]
    arrays = numpy_files.load_file(stored)
    path = tmp_path / "x.safetensors"
    numpy_files.save_file(arrays, path, {"weights_convert": json.dumps(changed)})
    net = open_net(NET, path)
    assert net.preprocess.inputs["data"].mean == (1, 2, 3)
    assert net.tasks["score_geo"].classes == ("a", "b", "c")
    del changed["about"]
    numpy_files.save_file(arrays, path, {"weights_convert": json.dumps(changed)})
    net = open_net(NET, path)
    assert net.preprocess.inputs == nets.load(NET).inputs
    assert len(net.tasks["score_sem"].classes) == 33


def test_another_nets_file_is_refused(stored):
    with pytest.raises(DataError, match=r"is of siftflow-fcn8s, .* expected siftflow-fcn16s"):
        open_net("siftflow-fcn16s", stored)


def test_other_formats(tmp_path, capsys):
    assert main([NET, "--sample", "-o", str(tmp_path / "net.pt")]) == 0
    state = torch.load(tmp_path / "net.pt", weights_only=True)
    assert torch.equal(state["conv1_1.weight"], open_net(NET, "SAMPLE").conv1_1.weight)
    assert main([NET, "--sample", "-o", str(tmp_path / "net.caffemodel")]) == 0
    assert "the same bytes as" in capsys.readouterr().out


def test_wrong_calls(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FCN_CACHE", str(tmp_path))
    out = str(tmp_path / "x.safetensors")
    weights = str(sample.weights("voc-fcn-alexnet"))
    for words, error in (
        (["fcn8s", "-o", out], "net 'fcn8s': unknown, expected one of"),
        ([NET, "-o", out + "x"], "unknown suffix, expected one of"),
        ([NET, "-o", out, "--offline"], "siftflow-fcn8s-heavy.caffemodel is not in"),
        ([NET, "-o", out, "--sample", "--weights", weights], "--sample: brings its own weights"),
        ([NET, "-o", out, "--weights", weights], "expected exactly the"),
        (["voc-fcn-pool3", "-o", out], "no weights were released"),
    ):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert err.startswith("error: ") and error in err and err.count("\n") == 1
    assert not list(tmp_path.glob("*x.safetensors*"))


def test_the_file_that_is_read_is_not_written_over(tmp_path, capsys):
    weights = tmp_path / "w.caffemodel"
    weights.write_bytes(b"x")
    assert main([NET, "--weights", str(weights), "-o", str(weights)]) == 2
    assert "w.caffemodel: is the file to read, expected another" in capsys.readouterr().err
    assert weights.read_bytes() == b"x"
