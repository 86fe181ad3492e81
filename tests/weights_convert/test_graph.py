"""Which layers a net has in a phase, and everything that Caffe's Net::Init refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from prototxts import convolution, fed, graph, layer

from weights_convert.caffemodel import Caffemodel
from weights_convert.errors import ConvertError, PrototxtError, UnsupportedError
from weights_convert.graph import read_graph
from weights_convert.load import fill
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Field, Message, parse, read_prototxt

GOLDEN = Path(__file__).parents[1] / "golden"
RULES = GOLDEN / "legacy" / "rules"
VARIANTS = json.loads((RULES / "meta.json").read_text())["variants"]
STAND_INS = {"Power": "ReLU", "Softmax": "ReLU", "ArgMax": "ReLU", "Accuracy": "SoftmaxWithLoss"}
DATA = fed("data", 1, 3, 5, 5)
LABELLED = layer("Python", "", "data label", 'python_param { module: "voc_layers" }')
LOSS = layer("SoftmaxWithLoss", "score label", "loss")
SCORE = convolution("data", "score")


def names(graph):
    return [layer.name for layer in graph.layers]


def with_stand_ins(net):
    """`net` with layer types of ours for those that we lack, where only its rules are at stake."""
    for each in net.all("layer"):
        kind = STAND_INS.get(each.all("type")[0])
        if kind:
            kept = [field for field in each.fields if not field.name.endswith("_param")]
            each.fields[:] = [Field("type", kind) if f.name == "type" else f for f in kept]
    return net


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_rules_keep_the_layers_that_caffe_keeps(variant):
    net = with_stand_ins(read_prototxt(RULES / "net.prototxt"))
    read = read_graph(net, variant["phase"], variant["level"], tuple(variant["stages"]))
    outside = {"data"} | ({"loss", "accuracy"} if variant["phase"] == "TEST" else set())
    assert names(read) == [name for name in variant["layers"] if name not in outside]


@pytest.mark.parametrize("variant", ["train", "test_plain"])
def test_a_net_with_rules_computes_what_caffe_does(variant):
    message = read_prototxt(RULES / "net.prototxt")
    message.fields[:] = [f for f in message.fields if "Accuracy" not in with_type(f.value)]
    state = VARIANTS[variant]
    graph = read_graph(message, state["phase"], stages=tuple(state["stages"]))
    given = np.load(RULES / "input.npz")
    feeds = {blob: torch.from_numpy(given[blob]) for blob in graph.inputs}
    net = CaffeNet(graph, {blob: x.shape for blob, x in feeds.items()})
    with Caffemodel.open(RULES / "weights.caffemodel") as model:
        fill(net, model)
    blobs = net(**feeds, keep="all")
    expected = np.load(RULES / f"output_{variant}.npz")
    assert set(expected) - set(blobs) <= {"label", "loss", "accuracy"}  # of the test net
    for blob, x in blobs.items():
        within = 1e-6 + 5e-5 * expected[blob].std()
        assert np.allclose(x.detach(), expected[blob], atol=within, rtol=1e-6), blob


def with_type(value):
    return value.all("type") if isinstance(value, Message) else []


@pytest.mark.parametrize(
    "rules, kept",
    [
        ("", True),
        ("include { phase: TEST }", True),
        ("include { phase: TRAIN }", False),
        ("include { phase: TRAIN } include { phase: TEST }", True),
        ("include { }", True),
        ("include { phase: TEST min_level: 3 }", False),
        ("include { min_level: 2 max_level: 2 }", True),
        ("include { max_level: 1 }", False),
        ('include { stage: "a" }', True),
        ('include { stage: "a" stage: "c" }', False),
        ('include { stage: "a" stage: "b" not_stage: "c" }', True),
        ('include { stage: "a" not_stage: "b" }', False),
        ("exclude { phase: TEST }", False),
        ('exclude { phase: TRAIN } exclude { stage: "b" }', False),
        ("exclude { phase: TRAIN } exclude { min_level: 3 }", True),
    ],
)
def test_rule(rules, kept):
    read = graph(DATA, SCORE, layer("ReLU", "score", "score", rules, "relu"), level=2, stages="ab")
    assert names(read) == ["score", "relu"][: 1 + kept]


def test_stages_of_the_file_count_and_its_phase_and_level_do_not():
    state = 'state { phase: TRAIN level: 9 stage: "file" }'
    rules = 'include { phase: TEST max_level: 0 stage: "file" stage: "call" }'
    relu = layer("ReLU", "data", "relu", rules)
    assert names(graph(state, DATA, relu, stages=("call",))) == ["relu"]


def test_layers_come_in_file_order():
    text = [convolution("data", "b"), convolution("b", "a"), layer("ReLU", "a", "a", name="r")]
    assert names(graph(DATA, *text)) == ["b", "a", "r"]


@pytest.mark.parametrize(
    "text, error",
    [
        (convolution("dat", "a"), r"layer 'a': unknown bottom blob 'dat' \(bottom 0\), expected"),
        (layer("Crop", "data late", "a"), r"unknown bottom blob 'late' \(bottom 1\)"),
        (SCORE + layer("ReLU", "data", "score", name="r"), "layer 'r': top blob 'score' is alr"),
        (layer("Python", "", "a a", name="p"), "layer 'p': top blob 'a' is already made"),
        (
            SCORE + layer("ReLU", "score", "a") + layer("ReLU", "score", "score", name="r"),
            "layer 'r': overwrites blob 'score', which layer 'a' reads as well, expected a top of",
        ),
        (layer("Eltwise", "data data", "data", name="e"), "layer 'e': overwrites blob 'data'"),
        (layer("ReLU", "", "a"), "layer 'a': ReLU with 0 bottom blobs, expected 1"),
        (layer("ReLU", "data", "a b"), "layer 'a': ReLU with 2 top blobs, expected 1"),
        (layer("Eltwise", "data", "a"), "Eltwise with 1 bottom blobs, expected 2 to any number"),
        (layer("Input", "data", "a"), "layer 'a': Input with 1 bottom blobs, expected 0"),
        (
            layer("ReLU", "data", "a", "include { } exclude { }"),
            "layer 'a': has include and exclude, expected one of them",
        ),
    ],
)
def test_refused(text, error):
    with pytest.raises(ConvertError, match=error):
        graph(DATA, text)


@pytest.mark.parametrize("top", ["score", "other"])
def test_a_blob_may_be_read_once_it_is_overwritten(top):
    rest = layer("ReLU", "score", "a") + layer("ReLU", "score", top, name="last")
    if top == "score":
        rest = layer("ReLU", "score", "score", name="r") + layer("ReLU", "score", "other")
    assert len(graph(DATA, SCORE, rest).layers) == 3


@pytest.mark.parametrize(
    "type, error",
    [
        ("Convolutoin", "layer 'a': unknown layer type 'Convolutoin'; known are AbsVal, "),
        ("relu", "layer 'a': unknown layer type 'relu'; did you mean 'ReLU'?"),
        ("RELU", "did you mean 'ReLU'?"),
        ("", "layer 'a': unknown layer type ''"),
        ("CaffeLayer", "unknown layer type 'CaffeLayer'; known are"),
    ],
)
def test_unknown_layer_type(type, error):
    with pytest.raises(UnsupportedError, match=error):
        graph(DATA, layer(type, "data", "a", "new_param { x: 1 }"))


def test_a_removed_layer_may_be_of_unknown_type():
    gone = layer("New", "what", "a", "new_param { x: 1 } include { phase: TRAIN }")
    assert names(graph(DATA, SCORE, gone)) == ["score"]
    with pytest.raises(UnsupportedError, match="layer 'a': unknown layer type 'New'"):
        graph(layer("New", "", "a", "new_param { x: 1 } include { phase: TRAIN }"), phase="TRAIN")


@pytest.mark.parametrize(
    "text, error",
    [
        ("nam: 1", r"^net.prototxt:1:1: net has no field 'nam'; known: name, input"),
        (
            'layer { name: "a"\n type: "ReLU" powder_param { } }',
            r"^net.prototxt:2:15: layer 'a' has no field 'powder_param'",
        ),
        (
            'layer { name: "a" type: "New"\n  kernel: 1 }',
            r"^net.prototxt:2:3: layer 'a' has no field 'kernel'",
        ),
        (
            'layer { name: "a" type: "ReLU" include {\n phas: TEST } }',
            r"^net.prototxt:2:2: layer 'a': include has no field 'phas'; known: phase, min_level",
        ),
        (
            'layer { name: "a" type: "ReLU" relu_param {\n\n slope: 1 } }',
            r"^net.prototxt:3:2: layer 'a': relu_param has no field 'slope'; known: negative_slope",
        ),
    ],
)
def test_unknown_field_is_placed(text, error):
    with pytest.raises(PrototxtError, match=error):
        graph(text)


@pytest.mark.parametrize("text", ["", 'name: "n"', layer("ReLU", "x", "y", "exclude { }")])
def test_a_net_without_layers_is_refused(text):
    with pytest.raises(ConvertError, match=r"^net.prototxt: the net has no layer in phase TEST$"):
        graph(text)


@pytest.mark.parametrize("phase", ["test", "", "VAL"])
def test_unknown_phase(phase):
    with pytest.raises(ConvertError, match=f"phase '{phase}': expected TRAIN or TEST"):
        read_graph(parse(DATA), phase)


def test_a_layer_may_have_a_phase_of_its_own():
    text = layer("Dropout", "data", "d", "phase: TRAIN")
    assert names(graph(DATA, text, phase="TRAIN")) == ["d"]
    assert [step.phase for step in graph(DATA, text).layers] == ["TRAIN"]


def test_data_layer_becomes_inputs():
    train = graph(LABELLED, SCORE, LOSS, phase="TRAIN")
    test = graph(LABELLED, SCORE, LOSS)
    assert (list(train.inputs), names(train)) == (["data", "label"], ["score", "loss"])
    assert (list(test.inputs), names(test)) == (["data"], ["score"])
    assert (train.outputs, test.outputs) == (("loss",), ("score",))


def test_a_label_that_is_read_elsewhere_stays_in_test():
    read = graph(LABELLED, SCORE, LOSS, layer("ReLU", "label", "used"))
    assert list(read.inputs) == ["data", "label"]


def test_an_input_that_nobody_reads_stays_and_is_an_output():
    read = graph(fed("other", 1, 1, 2, 2), DATA, SCORE)
    assert list(read.inputs) == ["other", "data"]
    assert read.outputs == ("other", "score")


def test_a_loss_whose_probabilities_are_read_stays_in_test():
    loss = layer("SoftmaxWithLoss", "score label", "loss prob")
    read = graph(LABELLED, SCORE, loss, layer("ReLU", "prob", "seen"))
    assert list(read.inputs) == ["data", "label"]
    assert read.outputs == ("loss", "seen")


def test_outputs_are_the_blobs_that_nothing_consumes_in_order_of_making():
    text = [convolution("data", "b"), convolution("data", "a"), layer("ReLU", "b", "b", name="r")]
    assert graph(DATA, *text).outputs == ("b", "a")
    assert graph(DATA, *text, layer("Eltwise", "a b", "sum")).outputs == ("sum",)


def test_a_loss_without_a_top_gets_one():
    """As Caffe's LossLayer::AutoTopBlobs has it, which old prototxts rely on."""
    bare = [layer("SoftmaxWithLoss", "score label", name=name) for name in ("l", "m")]
    train = graph(LABELLED, SCORE, *bare, phase="TRAIN")
    assert [each.tops for each in train.layers[1:]] == [("(automatic)",), ("(automatic)#2",)]
    assert train.loss_weights == {"(automatic)": 1.0, "(automatic)#2": 1.0}
    assert graph(LABELLED, SCORE, *bare).outputs == ("score",)
    with pytest.raises(ConvertError, match="Accuracy with 0 top blobs, expected 1 to 2"):
        graph(LABELLED, SCORE, layer("Accuracy", "score label", name="a"), phase="TRAIN")
