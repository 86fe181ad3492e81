"""What is measured: images, weights from a seed, published times, and how answers are compared."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import cases, published, seeded
from benchmarks.case import Case
from benchmarks.exactness import exactness
from reproduce import nets
from reproduce.errors import DataError
from weights_convert import load_net
from weights_convert.fcn import Fcn


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return cases.make("voc-fcn8s", (40, 56), tmp_path_factory.mktemp("case"), narrow=True)


def test_blobs_are_those_of_the_jpeg(case):
    with Image.open(case.jpeg) as image:
        assert image.size == (56, 40)
        rgb = np.array(image, np.float64)
    mean = (104.00699, 116.66877, 122.67892)  # BGR, of the release's net
    expected = (rgb[:, :, ::-1] - mean).transpose(2, 0, 1)[None].astype(np.float32)
    assert np.array_equal(case.blobs()["data"], expected)


def test_images_of_a_batch_differ(case):
    one, three = case.blobs()["data"], case.blobs(3)["data"]
    assert three.shape == (3, 3, 40, 56) and three.flags.c_contiguous
    assert np.array_equal(three[:1], one)
    assert not np.array_equal(three[1], three[0]) and not np.array_equal(three[1], three[2])


def test_a_case_goes_through_a_command_line(case):
    assert Case.from_json(case.to_json()) == case
    assert json.loads(case.to_json())["heads"] == ["score"]


def test_every_kind_of_image(tmp_path):
    spec = nets.load("nyud-fcn32s-color-d")
    blobs = cases.blobs_of(spec, np.full((2, 3, 3), 100, np.uint8))
    assert {name: x.shape for name, x in blobs.items()} == {
        "color": (1, 3, 2, 3),
        "depth": (1, 1, 2, 3),
    }
    [mean] = spec.inputs["depth"].mean
    assert blobs["depth"][0, 0, 0, 0] == pytest.approx(np.log(100 * 20) - mean, abs=1e-5)


def small(**architecture):
    return load_net(Fcn(classes=4, narrow=16, fc=32, **architecture).deploy("small"), None)


def test_weights_of_a_seed_score_every_class():
    image = {"data": 50 * torch.randn(1, 3, 200, 200, generator=torch.Generator().manual_seed(5))}
    first, second, other = (small(skips=("pool4",)) for _ in range(3))
    for net, seed in ((first, 0), (second, 0), (other, 1)):
        seeded.fill(net, image, seed)
    same, differs = first.state_dict(), other.state_dict()
    for name, x in second.state_dict().items():
        assert torch.equal(x, same[name]), name
    assert not torch.equal(same["conv1_1.weight"], differs["conv1_1.weight"])
    scores = first(**image, keep=["score_fr", "score_pool4", "score"])
    for blob in ("score_fr", "score_pool4"):
        assert scores[blob].mean((0, 2, 3)).abs().max() < 1e-4
        assert (scores[blob].std((0, 2, 3), correction=0) - 1).abs().max() < 1e-4
    assert scores["score"].argmax(1).unique().tolist() == [0, 1, 2, 3]


def test_upsampling_of_a_seed_is_bilinear():
    net = small()
    seeded.fill(net, {"data": torch.ones(1, 3, 8, 8)})
    weight = net.state_dict()["upscore.weight"]
    # surgery.py of the release: (1 - |i - 31.5| / 32) along each axis, on the diagonal
    line = 1 - np.abs(np.arange(64) - 31.5) / 32
    assert np.allclose(weight[2, 2], np.outer(line, line)) and not weight[0, 1].any()


def test_a_score_that_is_constant_is_not_blown_up():
    net = small()
    image = {"data": torch.ones(1, 3, 1, 1)}  # a single score of each class
    seeded.fill(net, image)
    scores = net(**image, keep=["score_fr"])["score_fr"]
    assert scores.shape[2:] == (1, 1) and scores.abs().max() < 1e-3


def test_constants_of_a_scale_layer_stay():
    net = small(skips=("pool4",), scales={"pool4": 0.01})
    seeded.fill(net, {"data": torch.ones(1, 3, 8, 8)})
    assert net.state_dict()["scale_pool4.weight"].unique().tolist() == pytest.approx([0.01])


def test_files_of_a_seed_are_a_net(tmp_path, monkeypatch):
    narrow = nets.load("voc-fcn-alexnet")
    narrow = nets.NetSpec(**{**vars(narrow), "architecture": Fcn(classes=21, narrow=16, fc=8)})
    monkeypatch.setattr(cases.nets, "load", lambda name: narrow)
    case = cases.make("voc-fcn-alexnet", (24, 24), tmp_path)
    assert case.weights == "seed 0"
    blobs = {name: torch.from_numpy(x) for name, x in case.blobs().items()}
    net = load_net(case.prototxt, case.caffemodel)
    assert net(**blobs)["score"].shape == (1, 21, 24, 24)
    before = case.caffemodel.stat().st_mtime_ns
    again = cases.make("voc-fcn-alexnet", (30, 20), tmp_path)
    assert again.blobs()["data"].shape == (1, 3, 30, 20)
    assert case.caffemodel.stat().st_mtime_ns == before  # made once for all sizes


def test_given_weights_are_told_by_their_checksum(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "fcn-alexnet-pascal.caffemodel").write_bytes(b"abc")
    case = cases.make("voc-fcn-alexnet", (24, 24), tmp_path / "made", given=folder)
    assert case.weights == "given, sha256 ba7816bf8f01"  # of "abc", FIPS 180-2
    assert case.caffemodel.read_bytes() == b"abc"


def full(net, size, weights="seed 0"):
    return Case(net, *size, Path(), (), weights)


def test_published_times():
    text = published.text
    assert text(full("voc-fcn32s", (500, 500))) == (
        "0.21 s Tesla K40c (CVPR 2015 table 1); 0.1 s† Titan X (PAMI 2016 table 1)"
    )
    assert text(full("voc-fcn32s", (480, 640))).startswith("0.04263 s Titan X (Pascal)")
    assert text(full("voc-fcn8s", (375, 500))).startswith("0.175 s GPU not stated")
    assert not text(full("voc-fcn8s", (64, 64))) and not text(full("siftflow-fcn8s", (500, 500)))
    assert not text(full("voc-fcn32s", (500, 500), "narrow, of the sample"))
    assert {one.net for one in published.read()} <= set(nets.names())


def test_a_published_time_without_source_is_an_error(tmp_path):
    path = tmp_path / "times.yaml"
    path.write_text("- {net: a, size: 1x1, seconds: 1, gpu: b, verified: true}")
    with pytest.raises(DataError, match=r"times.yaml: entry 1 .* expected the keys .*'source'"):
        published.read(path)


def test_exactness_by_hand():
    expected = {"a": np.array([[[[0.0, 2.0, 0.0, 2.0]]]], np.float32)}  # deviation 1
    truth = {"a": np.array([[[0, 1, 2, 3]]], np.uint8), "b": np.array([[[5]]], np.uint8)}
    labels = {"a": np.array([[[0, 1, 2, 0]]], np.uint8), "b": np.array([[[5]]], np.uint8)}
    scores = {"a": expected["a"] + np.array([0, 0.5, -0.25, 0], np.float32)}
    whole = {"b": np.array([[[[1.0, 3.0]]]], np.float32)}
    found = exactness(scores | whole, labels, expected | whole, truth)
    assert found == (4, 5, 0.5)
    with pytest.raises(ValueError, match=r"outputs are .* the plain graph's"):
        exactness(scores, labels, expected | whole, truth)
