"""ONNX files: onnxruntime computes from them what real Caffe computed, at any size."""

import sys

import numpy as np
import pytest
import torch
from golden import GOLDEN, arrays, assert_close, cases, meta, weights
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_texts import DATA, TEXTS

from weights_convert import ConvertError, load_net
from weights_convert.emitter import made_outputs
from weights_convert.errors import ShapeError, UnsupportedError
from weights_convert.prototxt import parse
from weights_convert.to_onnx import check_onnx, to_onnx
from weights_convert.to_onnx.layers import relu

onnx = pytest.importorskip("onnx", reason="needs the package onnx")
runtime = pytest.importorskip("onnxruntime", reason="needs the package onnxruntime")

EMPTY = ("softmaxloss", "sigmoidce", "euclidean", "hinge", "accuracy")  # nothing but losses
LOSSES = [case for case in cases("layers") if case.startswith(EMPTY)]
LEFT = [
    case
    for case in cases("layers")
    if case not in LOSSES and meta(GOLDEN / "layers" / case)["phase"] == "TEST"
]
WITHIN = 1e-4  # of a blob's standard deviation: two libraries, each within 5e-5 of Caffe
INPUT = """layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: %d dim: %d } } }
"""
CONV = """layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 2 kernel_size: 3 pad: 1 weight_filler { type: "gaussian" } } }
"""
RELU = 'layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }\n'


def small(text, size=(13, 11)):
    """A net of the layers in `text`, whose input is `data`."""
    return load_net(parse(INPUT % size + text), None)


def run(path, feed):
    """{output: array} of the file at `path`, as anyone runs it."""
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, feed), strict=True))


def assert_caffes(net, path, folder):
    """At each of the sizes that Caffe was run at."""
    for inputs in folder.glob("input*.npz"):
        feed = {blob: x for blob, x in arrays(inputs).items() if blob in net.input_shapes}
        outputs = run(path, feed)
        assert list(outputs) == made_outputs(net.graph)
        expected = arrays(folder / inputs.name.replace("input", "output"))
        for blob in outputs.keys() & expected.keys():
            assert_close(torch.from_numpy(outputs[blob]), expected[blob], WITHIN, blob)


@pytest.mark.parametrize("case", cases("nets"))
@pytest.mark.filterwarnings("ignore:.*no Crop layer states an offset")
def test_net_computes_what_caffe_did(case, tmp_path):
    folder, path = GOLDEN / "nets" / case, tmp_path / "net.onnx"
    net = load_net(folder / "net.prototxt", weights(folder))
    to_onnx(net, path, sizes=[(33, 21), (18, 35)])
    assert_caffes(net, path, folder)


@pytest.mark.parametrize("case", LEFT)
def test_layer_computes_what_caffe_did(case, tmp_path):
    folder, path = GOLDEN / "layers" / case, tmp_path / "net.onnx"
    net = load_net(folder / "net.prototxt", weights(folder))
    to_onnx(net, path)
    assert_caffes(net, path, folder)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_layer_computes_what_the_net_does(text, tmp_path):
    to_onnx(load_net(parse(DATA + text), None), tmp_path / "net.onnx")  # and compares


def test_accuracy_where_it_is_asked_for(tmp_path):
    folder = GOLDEN / "layers" / "accuracy"
    net = load_net(folder / "net.prototxt", None, losses=True)
    to_onnx(net, tmp_path / "net.onnx")
    assert_caffes(net, tmp_path / "net.onnx", folder)


@pytest.mark.parametrize("case", LOSSES)
def test_losses_are_left_out(case, tmp_path):
    folder = GOLDEN / "layers" / case
    net = load_net(folder / "net.prototxt", weights(folder))
    with pytest.raises(ConvertError, match="without its losses it computes no output"):
        to_onnx(net, tmp_path / "net.onnx")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_pooling_of_any_window_and_size(data, tmp_path_factory):
    pool = data.draw(st.sampled_from(["MAX", "AVE"]))
    kernel, stride = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    pad = data.draw(st.integers(0, kernel - 1))
    mode = data.draw(st.sampled_from(["CEIL", "FLOOR"]))
    sizes = data.draw(st.lists(st.tuples(st.integers(5, 23), st.integers(5, 23)), min_size=6))
    net = small(
        f"""layer {{ name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param {{
            pool: {pool} kernel_size: {kernel} stride: {stride} pad: {pad} round_mode: {mode} }} }}
        """
    )
    to_onnx(net, tmp_path_factory.mktemp("pool") / "net.onnx", sizes)


def test_names_are_caffes(tmp_path):
    to_onnx(small(CONV + RELU), tmp_path / "net.onnx")
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert [node.name for node in graph.node] == ["conv", "relu"]
    assert [tensor.name for tensor in graph.initializer] == ["conv.weight", "conv.bias"]
    assert [value.name for value in graph.input] == ["data"]
    assert [value.name for value in graph.output] == ["conv"]
    assert graph.node[0].output == ["conv:conv"]  # what the blob is before its in-place layer


def test_batch_height_and_width_are_dynamic(tmp_path):
    to_onnx(small(CONV), tmp_path / "net.onnx")
    (data,) = onnx.load(tmp_path / "net.onnx").graph.input
    sizes = [axis.dim_value or axis.dim_param for axis in data.type.tensor_type.shape.dim]
    assert sizes == ["data_batch", 3, "data_height", "data_width"]


def test_parameters_are_bit_for_bit(tmp_path):
    net = small(CONV)
    to_onnx(net, tmp_path / "net.onnx")
    for tensor in onnx.load(tmp_path / "net.onnx").graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        assert np.array_equal(array, net.state_dict()[tensor.name].numpy())


def test_names_of_all_kinds(tmp_path):
    text = CONV.replace('"conv"', '"a.b/c:1"') + RELU.replace('"conv"', '"a.b/c:1"')
    twice = RELU.replace('"conv"', '"a.b/c:1"')  # a second layer called relu
    to_onnx(small(text + twice), tmp_path / "net.onnx")
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert [node.name for node in graph.node] == ["a.b/c:1", "relu", "relu'"]
    assert [value.name for value in graph.output] == ["a.b/c:1"]


def test_input_overwritten_in_place(tmp_path):
    to_onnx(small(RELU.replace('"conv"', '"data"')), tmp_path / "net.onnx")
    image = np.float32([[[[-1, 2]], [[3, -4]], [[0, 5]]]])
    outputs = run(tmp_path / "net.onnx", {"data": image})
    assert np.array_equal(outputs["data:relu"], image.clip(0))


def test_parameter_shared_in_another_shape(tmp_path):
    text = """layer { name: "a" type: "Scale" bottom: "data" top: "a" param { name: "w" }
        scale_param { axis: 1 num_axes: 1 filler { type: "gaussian" } } }
      layer { name: "b" type: "Scale" bottom: "data" top: "b"
        param { name: "w" share_mode: PERMISSIVE } scale_param { axis: 0 num_axes: 2 } }"""
    to_onnx(small(text), tmp_path / "net.onnx", sizes=[(5, 4)])
    (tensor,) = onnx.load(tmp_path / "net.onnx").graph.initializer[-1:]
    assert tensor.name == "a.weight"


def test_blob_called_as_a_parameter(tmp_path):
    text = CONV + RELU.replace('top: "conv"', 'top: "conv.weight"')
    with pytest.raises(ConvertError, match=r"blob 'conv.weight' is called as a parameter"):
        to_onnx(small(text), tmp_path / "net.onnx")


def test_type_that_onnx_has_not(tmp_path):
    net = small(CONV + RELU)
    net.graph.layers[1].__dict__["type"] = "Quadratic"
    with pytest.raises(UnsupportedError, match="layer 'relu': type 'Quadratic' cannot be written"):
        to_onnx(net, tmp_path / "net.onnx")


def test_net_of_training(tmp_path):
    net = load_net(parse(INPUT % (9, 9) + CONV), None, "TRAIN")
    with pytest.raises(ConvertError, match="phase TRAIN, expected one loaded for TEST"):
        to_onnx(net, tmp_path / "net.onnx")


def test_wrong_file_never_appears(tmp_path, monkeypatch):
    monkeypatch.setattr(relu, "emit", lambda step: step.top("Abs", *step.bottoms))
    with pytest.raises(ConvertError, match=r"output 'conv' differs by .* in onnxruntime"):
        to_onnx(small(CONV + RELU), tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())


def test_file_of_another_net_is_found_out(tmp_path):
    path = tmp_path / "net.onnx"
    to_onnx(small(CONV), path)
    with pytest.raises(ConvertError, match="output 'conv' differs by"):
        check_onnx(small(CONV), path)  # other random parameters
    with pytest.raises(
        ConvertError, match=r"has shape \(1, 2, 13, 11\) .*expected \(1, 2, 11, 9\)"
    ):
        check_onnx(small(CONV.replace("pad: 1", "pad: 0")), path)


def test_file_that_is_no_onnx(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"\x07\x08")
    with pytest.raises(ConvertError, match=r"net.onnx: onnxruntime refuses it"):
        check_onnx(small(CONV), tmp_path / "net.onnx")


def test_size_that_the_net_refuses(tmp_path):
    text = CONV.replace("pad: 1", "pad: 0")
    to_onnx(small(text, (3, 3)), tmp_path / "net.onnx")  # half of it is too small, and left out
    with pytest.raises(ShapeError, match=r"layer 'conv': kernel 3 .* does not fit in 2"):
        to_onnx(small(text), tmp_path / "net.onnx", sizes=[(9, 9), (2, 9)])


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_missing_package(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConvertError, match=rf"package '{package}' is not installed.*\[onnx\]"):
        to_onnx(small(CONV), tmp_path / "net.onnx")
