"""Any form of an image becomes the blob of the evaluations; labels come back as a picture."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from reproduce import Preprocess, nets, open_net, sample, segment
from reproduce.datasets import blobs, open_dataset
from reproduce.datasets.blobs import Input
from reproduce.errors import DataError
from reproduce.predicting.tasks import dataset_of
from weights_convert import load_net
from weights_convert.fast import fold

MEAN = (104.00699, 116.66877, 122.67892)
VOC = Preprocess({"data": Input("color", MEAN)})
HHA = Preprocess({"data": Input("hha", (132.431, 94.076, 118.477))})
DEPTH = Preprocess({"color": Input("color", MEAN), "depth": Input("depth", (7.844,))})
RGB = np.random.default_rng(3).integers(0, 256, (5, 4, 3), np.uint8)


def drawing(net):
    """A Dataset of the sample for `net`, and the id of an image."""
    name = dataset_of(nets.load(net))
    dataset = open_dataset(name, sample.FOLDER, offline=True, checked=False)
    return dataset, dataset.ids[1]


def test_bgr_less_the_mean_rounded_once():
    """Worked by hand: 30 - 104.00699 and so on, of the channels in reverse."""
    x = VOC(np.array([[[10, 20, 30]]], np.uint8))["data"]
    assert x.shape == (1, 3, 1, 1) and x.dtype == torch.float32
    expected = [np.float32(30 - 104.00699), np.float32(20 - 116.66877), np.float32(10 - 122.67892)]
    assert x.flatten().tolist() == expected


def test_hha_is_not_swapped_and_depth_is_a_logarithm():
    x = HHA(hha=np.array([[[10, 20, 30]]], np.uint8))["data"]
    means = 132.431, 94.076, 118.477
    expected = [np.float32(v - m) for v, m in zip((10, 20, 30), means, strict=True)]
    assert x.flatten().tolist() == expected
    x = DEPTH(RGB[:1, :2], depth=np.array([[0, 2000]], np.uint16))["depth"]
    assert x.flatten().tolist() == [0, pytest.approx(np.log(2000) - 7.844, rel=1e-6)]


def test_every_form_of_an_image_gives_the_same(tmp_path):
    Image.fromarray(RGB).save(tmp_path / "a.png")
    tensor = torch.from_numpy(RGB).permute(2, 0, 1)
    expected = blobs.bgr(RGB, MEAN)
    forms = (RGB, RGB[:, ::-1][:, ::-1], tensor, tensor.contiguous(), Image.fromarray(RGB))
    for image in (*forms, tmp_path / "a.png", str(tmp_path / "a.png")):
        assert torch.equal(VOC(image)["data"], expected)
    millimetres = np.arange(20, dtype=np.uint16).reshape(5, 4)
    Image.fromarray(millimetres).save(tmp_path / "d.png")
    expected = DEPTH(RGB, depth=millimetres)["depth"]
    floats = millimetres.astype(np.float32)
    for depth in (floats, torch.from_numpy(floats), Image.fromarray(millimetres)):
        assert torch.equal(DEPTH(RGB, depth=depth)["depth"], expected)
    assert torch.equal(DEPTH(RGB, depth=tmp_path / "d.png")["depth"], expected)


@pytest.mark.parametrize("net", sample.nets())
def test_as_the_evaluations_read_the_sample(net):
    dataset, id = drawing(net)
    spec = nets.load(net)
    given = {kind: dataset.image(id, kind) for kind in {one.image for one in spec.inputs.values()}}
    found = Preprocess(spec.inputs)(given.pop("color", None), **given)
    expected = blobs.sample(dataset, id, spec.inputs).inputs
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[blob], expected[blob]) for blob in expected)
    stated = json.loads((sample.FOLDER / "nets" / net / "meta.json").read_text())["inputs"]
    means = [one.get("mean_bgr") or one["mean"] for one in stated.values()]
    assert [list(one.mean) for one in spec.inputs.values()] == means


def test_a_file_is_turned_by_its_exif_and_an_image_in_memory_is_not(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RGB).save(tmp_path / "a.png", exif=exif)
    assert VOC(tmp_path / "a.png")["data"].shape == (1, 3, 4, 5)
    assert VOC(Image.open(tmp_path / "a.png"))["data"].shape == (1, 3, 5, 4)


def test_grey_and_alpha():
    grey = Image.fromarray(RGB[:, :, 0])
    assert torch.equal(VOC(grey)["data"], VOC(np.repeat(RGB[:, :, :1], 3, 2))["data"])
    clear = Image.new("RGBA", (2, 2), (9, 9, 9, 0))
    assert torch.equal(VOC(clear)["data"], VOC(np.full((2, 2, 3), 255, np.uint8))["data"])


@pytest.mark.parametrize(
    "preprocess, images, error",
    [
        (VOC, {}, "images of kind none given, the net takes color"),
        (
            VOC,
            {"image": RGB, "depth": RGB[:, :, 0]},
            "color, depth given, the net takes color",
        ),
        (HHA, {"image": RGB}, "images of kind color given, the net takes hha"),
        (DEPTH, {"image": RGB}, "images of kind color given, the net takes color, depth"),
        (VOC, {"image": RGB / 255}, r"color: ndarray \(5, 4, 3\) float64, expected .*uint8 array"),
        (VOC, {"image": RGB[:, :, :2]}, r"color: ndarray \(5, 4, 2\) uint8, expected a path"),
        (VOC, {"image": RGB[None]}, r"ndarray \(1, 5, 4, 3\) uint8"),
        (VOC, {"image": torch.from_numpy(RGB)}, r"color: Tensor \(5, 4, 3\) torch.uint8, expected"),
        (VOC, {"image": 7}, r"color: int \(\), expected a path, a PIL image"),
        (VOC, {"image": "none.jpg"}, r"none\.jpg: no such file"),
        (HHA, {"hha": RGB[:, :, 0]}, r"hha: ndarray \(5, 4\) uint8"),
        (DEPTH, {"image": RGB, "depth": RGB}, r"depth: ndarray \(5, 4, 3\) uint8, .*millimetres"),
        (
            DEPTH,
            {"image": RGB, "depth": Image.fromarray(RGB[:, :, 0])},
            "depth: a PIL image of mode L, expected 16-bit grey",
        ),
        (
            DEPTH,
            {"image": RGB, "depth": np.ones((4, 5))},
            r"color 5 x 4, depth 4 x 5 \(height x width\): expected images of one size",
        ),
    ],
)
def test_refuses(preprocess, images, error):
    with pytest.raises(DataError, match=error):
        preprocess(**images)


@pytest.mark.parametrize("net", nets.names())
def test_as_json_and_back(net):
    preprocess = Preprocess(nets.load(net).inputs)
    values = preprocess.as_dict()
    assert Preprocess.from_dict(json.loads(json.dumps(values))) == preprocess
    assert eval(repr(preprocess)) == preprocess
    assert all(one["channels"] in ("BGR", "HHA", "ln(mm)") for one in values.values())


@pytest.mark.parametrize(
    "change",
    [
        {"image": "colour"},
        {"channels": "RGB"},
        {"mean": [1, 2]},
        {"mean": ["a", "b", "c"]},
        {"mean": 1},
        {"std": [1, 1, 1]},
    ],
)
def test_refuses_a_preprocessing_that_it_is_not(change):
    values = {"data": VOC.as_dict()["data"] | change}
    with pytest.raises(DataError, match=r"^preprocessing \{'data'.*expected blob -> image \(one"):
        Preprocess.from_dict(values)
    for values in ({}, {"data": None}, []):
        with pytest.raises(DataError, match=r"^preprocessing "):
            Preprocess.from_dict(values)


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("net", ["voc-fcn-alexnet", "siftflow-fcn8s", "nyud-fcn32s-color-hha"])
def test_segment_gives_the_labels_of_caffe(net, fast):
    dataset, id = drawing(net)
    opened = open_net(net, "SAMPLE", fast=fast)
    hha = dataset.image(id, "hha") if "hha" in dataset.kinds else None
    found = segment(opened, dataset.image(id, "color"), hha=hha)
    assert found.keys() == nets.load(net).heads.keys()
    for head, image in found.items():
        assert np.array_equal(np.array(image), sample.caffe_labels(net, head, id))
        palette = dataset.tasks[nets.load(net).heads[head]].palette
        labels = np.array(image)
        assert np.array_equal(np.array(image.convert("RGB")), palette[labels])


def test_segment_wants_to_know_the_net():
    weights = sample.weights("voc-fcn-alexnet")
    net = load_net(weights.parent / "net.prototxt", weights)
    for one in (net, fold(net), "voc-fcn8s"):
        with pytest.raises(DataError, match="no preprocessing and classes, expected one of open"):
            segment(one, RGB)
