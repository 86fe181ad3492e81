"""Our definitions of the VOC nets against the released prototxts and the narrow ones Caffe ran."""

from pathlib import Path

import pytest

from reproduce import nets
from weights_convert.fcn import Fcn
from weights_convert.graph import read_graph
from weights_convert.prototxt import Message, parse, read_prototxt, write_prototxt

NETS = ["voc-fcn32s", "voc-fcn16s", "voc-fcn8s", "voc-fcn8s-atonce", "voc-fcn-alexnet"]
CHECKOUT = Path(__file__).parents[2]
RELEASE = CHECKOUT.parent / "shared" / "release"


def content(value):
    """A message as nested tuples: field names and values in sorted order of names."""
    if isinstance(value, Message):
        return sorted((field.name, content(field.value)) for field in value.fields)
    return str(value)


def layers(message):
    return {str(layer.all("name")[0]): content(layer) for layer in message.all("layer")}


def assert_same_layers(ours, theirs):
    ours, theirs = layers(ours), layers(theirs)
    assert list(ours) == list(theirs)
    for name in theirs:
        assert ours[name] == theirs[name], name


@pytest.mark.shared
@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("phase, file", [("TEST", "val"), ("TRAIN", "train")])
def test_definition_equals_the_release(net, phase, file):
    path = RELEASE / net / f"{file}.prototxt"
    if not path.exists():
        pytest.skip("the release's prototxts are not beside the checkout (../shared/release)")
    assert_same_layers(nets.load(net).prototxt_with_loss(phase), read_prototxt(path))


@pytest.mark.shared
def test_deploy_form_equals_the_release():
    path = RELEASE / "voc-fcn8s" / "deploy.prototxt"
    if not path.exists():
        pytest.skip("the release's prototxts are not beside the checkout (../shared/release)")
    assert_same_layers(nets.load("voc-fcn8s").prototxt(), read_prototxt(path))


@pytest.mark.parametrize("net", NETS)
def test_text_form_reads_back_as_the_same_net(net):
    message = nets.load(net).prototxt()
    assert_same_layers(parse(write_prototxt(message)), message)


@pytest.mark.parametrize("net", NETS)
def test_narrow_definition_is_the_net_that_caffe_ran(net):
    golden = read_prototxt(CHECKOUT / "tests" / "golden" / "nets" / net / "net.prototxt")
    narrow = Fcn(**{**vars(nets.load(net).architecture), "widths": None, "fc": None})
    steps = read_graph(golden).layers
    ours = [layer for layer in read_graph(narrow.deploy(net)).layers]
    wires = [(layer.name, layer.type, layer.bottoms, layer.tops) for layer in steps]
    kept = {name for name, *_ in wires}
    assert [
        (layer.name, layer.type, layer.bottoms, layer.tops) for layer in ours if layer.name in kept
    ] == [wire for wire in wires if not wire[0].startswith("drop")]


@pytest.mark.parametrize(
    "net, offsets",
    [
        ("voc-fcn32s", [19]),
        ("voc-fcn16s", [5, 27]),
        ("voc-fcn8s", [5, 9, 31]),
        ("voc-fcn8s-atonce", [5, 9, 31]),
        ("voc-fcn-alexnet", [18]),
    ],
)
def test_crop_offsets_follow_from_geometry(net, offsets):
    crops = [
        layer.all("crop_param")[0]
        for layer in nets.load(net).prototxt().all("layer")
        if layer.all("type") == ["Crop"]
    ]
    assert [int(crop.all("offset")[0]) for crop in crops] == offsets
