"""Our definitions of the nets against the released prototxts and the narrow ones Caffe ran."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from reproduce import nets
from weights_convert.errors import ConvertError
from weights_convert.fcn import Fcn
from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Message, parse, read_prototxt, write_prototxt

CHECKOUT = Path(__file__).parents[2]
RELEASE = CHECKOUT.parent / "shared" / "release"
GOLDEN = CHECKOUT / "tests" / "golden" / "nets"
NETS = nets.names()
UNRELEASED = {"googlenet", "pool3", "pool4", "pool5", "fcn32s-fixed"}
UNRELEASED |= {"fcn32s-fg-only", "fcn32s-bg-only", "fcn32s-shape"}
RELEASED = [net for net in NETS if net.split("-", 1)[1].removeprefix("fcn-") not in UNRELEASED]
NARROW = [net for net in NETS if (GOLDEN / net).exists()]
SPLITS = {  # phase -> files of VOC and PASCAL-Context, of NYUDv2 and SIFT Flow
    "TEST": ("val", "test"),
    "TRAIN": ("train", "trainval"),
}


def content(value):
    """A message as nested lists: field names and values in sorted order of names."""
    if isinstance(value, Message):
        return sorted((field.name, content(field.value)) for field in value.fields)
    return str(value)


def layers(message, without=()):
    return {
        layer.all("name")[0]: content(layer)
        for layer in message.all("layer")
        if layer.all("type")[0] not in without
    }


def assert_same_layers(ours, theirs):
    assert list(ours) == list(theirs)
    for name in theirs:
        assert ours[name] == theirs[name], name


def released(net, *names):
    """The release's prototxt of `net` that has one of the `names`."""
    found = [path for name in names if (path := RELEASE / net / f"{name}.prototxt").exists()]
    if not found:
        pytest.skip("the release's prototxts are not beside the checkout (../shared/release)")
    return read_prototxt(found[0])


def test_all_nets_of_the_release_are_here():
    assert len(RELEASED) == 15
    assert len(NARROW) == 18  # all that Caffe ran, the older dialect aside


@pytest.mark.shared
@pytest.mark.parametrize("net", RELEASED)
@pytest.mark.parametrize("phase", ["TEST", "TRAIN"])
def test_definition_equals_the_release(net, phase):
    theirs = released(net, *SPLITS[phase])
    ours = nets.load(net).prototxt_with_loss(phase)
    assert_same_layers(layers(ours), layers(theirs))
    assert len(layers(ours)) == len(ours.all("layer"))  # no name stands twice


@pytest.mark.shared
def test_deploy_form_equals_the_release():
    ours, theirs = nets.load("voc-fcn8s").prototxt(), released("voc-fcn8s", "deploy")
    assert_same_layers(layers(ours), layers(theirs))


def test_each_head_has_its_loss():
    losses = [
        (layer.all("name"), layer.all("bottom"))
        for layer in nets.load("siftflow-fcn8s").prototxt_with_loss("TRAIN").all("layer")
        if layer.all("type") == ["SoftmaxWithLoss"]
    ]
    assert losses == [(["loss"], ["score_sem", "sem"]), (["loss_geo"], ["score_geo", "geo"])]


@pytest.mark.parametrize("net", NETS)
def test_text_form_reads_back_as_the_same_net(net):
    message = nets.load(net).prototxt()
    assert_same_layers(layers(parse(write_prototxt(message))), layers(message))


@pytest.mark.parametrize("net", NARROW)
def test_narrow_definition_is_the_net_that_caffe_ran(net):
    spec = nets.load(net)
    narrow = 8 if net == "voc-fcn-googlenet" else 16
    spec = replace(spec, architecture=replace(spec.architecture, narrow=narrow, fc=32))
    theirs = read_prototxt(GOLDEN / net / "net.prototxt")
    ours = layers(spec.prototxt_with_loss("TEST"), ["Python", "SoftmaxWithLoss"])
    assert_same_layers(ours, layers(theirs, ["Input"]))
    assert read_graph(spec.prototxt()).inputs.keys() == read_graph(theirs).inputs.keys()
    assert read_graph(spec.prototxt()).outputs == read_graph(theirs).outputs == tuple(spec.heads)


@pytest.mark.parametrize(
    "net, offsets",
    [
        ("voc-fcn32s", [19]),
        ("voc-fcn16s", [5, 27]),
        ("voc-fcn8s", [5, 9, 31]),
        ("voc-fcn8s-atonce", [5, 9, 31]),
        ("voc-fcn-alexnet", [18]),
        ("siftflow-fcn16s", [5, 27, 5, 27]),
        ("voc-fcn-googlenet", [98]),
        ("voc-fcn-pool3", [103]),
        ("voc-fcn-pool4", [107]),
        ("voc-fcn-pool5", [115]),  # pool5 lies 3.5 pixels into its 32, plus the border of 100
    ],
)
def test_crop_offsets_follow_from_geometry(net, offsets):
    crops = [
        layer.all("crop_param")[0]
        for layer in nets.load(net).prototxt().all("layer")
        if layer.all("type") == ["Crop"]
    ]
    assert [int(crop.all("offset")[0]) for crop in crops] == offsets


def sizes(net):
    """(Numbers of `net` that are learned, that are not), counted without allocating them."""
    with torch.device("meta"):
        own = list(
            CaffeNet(read_graph(nets.load(net).prototxt_with_loss("TRAIN"), "TRAIN")).parameters()
        )
    learned = sum(parameter.numel() for parameter in own if parameter.requires_grad)
    return learned, sum(parameter.numel() for parameter in own) - learned


@pytest.mark.parametrize(
    "net, learned, fixed",
    [
        ("voc-fcn32s", 134_346_581, 1_806_336),
        ("voc-fcn16s", 134_357_354, 458_640),
        ("voc-fcn8s", 134_362_751, 127_008),
        ("voc-fcn8s-atonce", 134_362_751, 127_008 + 512 + 256),
        ("voc-fcn-alexnet", 56_954_261, 21**2 * 63**2),
        ("voc-fcn32s-fixed", 4096 * 21 + 21, 134_346_581 - (4096 * 21 + 21) + 1_806_336),
        # BVLC's GoogLeNet less its classifier of 1000 classes, and a score: the papers' 6M
        ("voc-fcn-googlenet", 6_998_552 - 1025 * 1000 + 1025 * 21, 21**2 * 63**2),
        ("nyud-fcn32s-color-d", 134_346_581 + 4097 * 19 + 64 * 9, 6_553_600),
    ],
)
def test_parameters_as_published(net, learned, fixed):
    assert sizes(net) == (learned, fixed)


def test_a_frozen_trunk_still_has_the_parameters_of_its_classifier():
    ours, whole = (nets.load(net).prototxt() for net in ("voc-fcn32s-fixed", "voc-fcn32s"))
    differing = [name for name, layer in layers(ours).items() if layer != layers(whole)[name]]
    assert differing[0] == "conv1_1" and differing[-1] == "fc7" and len(differing) == 15


@pytest.mark.parametrize(
    "wrong, text",
    [
        ({"inputs": ("color", "hha")}, "fusion None of 2 inputs, expected .* early or late"),
        ({"trunk": "vgg19"}, "trunk 'vgg19': unknown, expected one of caffenet, googlenet, vgg16"),
        ({"fusion": "late"}, "fusion 'late' of 1 inputs, expected none"),
        ({"inputs": ("a", "b"), "fusion": "late", "skips": ("pool4",)}, "late fusion with skips"),
    ],
)
def test_refuses_what_there_is_not(wrong, text):
    with pytest.raises(ConvertError, match=text):
        Fcn(classes=2, **wrong)


def test_refuses_to_score_a_pool_that_there_is_not():
    with pytest.raises(ConvertError, match="scored 'pool6': trunk vgg16 has no such pool"):
        Fcn(classes=2, scored="pool6").deploy("n")
