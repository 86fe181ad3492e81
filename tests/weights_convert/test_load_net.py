"""load_net: the arrays of a caffemodel in the net of a prototxt, or an error naming the layer."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from encoder import dims, integer, nested, packed
from encoder import layer as encoded
from prototxts import convolution, fed, graph, layer, net

from weights_convert import ConvertError, load_net, read_prototxt, write_caffemodel
from weights_convert.caffemodel import Caffemodel
from weights_convert.errors import ShapeError, UnsupportedError, WeightsError
from weights_convert.graph import read_graph
from weights_convert.load import fill
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Message, parse

GOLDEN = Path(__file__).parents[1] / "golden"
DATA = fed("data", 1, 3, 5, 5)
A = convolution("data", "a", "num_output: 2 kernel_size: 1")
B = convolution("a", "b", "num_output: 4 kernel_size: 3 bias_term: false")
ARRAYS = {
    "a": [np.arange(6, dtype=np.float32).reshape(2, 3, 1, 1), np.float32([7, 8])],
    "b": [np.arange(72, dtype=np.float32).reshape(4, 2, 3, 3)],
}


@pytest.fixture
def loaded(tmp_path):
    """A function that loads arrays into the net of layers a and b."""

    def load(arrays, phase="TEST", text=DATA + A + B):
        write_caffemodel(tmp_path / "w.caffemodel", arrays)
        return load_net(parse(text), tmp_path / "w.caffemodel", phase)

    return load


def without_softmax(path):
    """The net in `path`, less the Softmax that its last blob goes through."""
    message = read_prototxt(path)
    message.fields[:] = [
        field
        for field in message.fields
        if not isinstance(field.value, Message) or field.value.all("type") != ["Softmax"]
    ]
    return message


@pytest.mark.parametrize(
    "case, kind, error",
    [
        ("bottom_used_before_made", ConvertError, "layer 'r': unknown bottom blob 'late'"),
        (
            "crop_offset_count",
            ConvertError,
            "layer 'crop': crop_param: 3 offsets, expected one, or",
        ),
        ("crop_out_of_range", ShapeError, "layer 'crop': 12 pixels at offset 5 leave axis 2, "),
        ("dilated_kernel_too_big", ShapeError, "layer 'conv1': kernel 3 with dilation 12 does not"),
        ("duplicate_top", ConvertError, "layer 'score_b': top blob 'score' is already made by an"),
        ("eltwise_coeff_prod", ConvertError, "layer 'fuse': eltwise_param: coeff with PROD, expec"),
        ("eltwise_shape_mismatch", ShapeError, r"layer 'e2': bottoms of shapes \[\(1, 6, 6, 7\),"),
        ("empty_file", ConvertError, "net.prototxt: the net has no layer in phase TEST"),
        ("group_not_dividing_output", ConvertError, "layer 'conv1': group 3 does not divide 3 inp"),
        ("in_place_after_use", ConvertError, "layer 'rx': top blob 'pool1' is already made"),
        ("input_shape_count", ConvertError, "layer 'i': 3 shapes for 2 tops, expected one shape, "),
        ("kernel_one_bigger", ShapeError, r"layer 'conv1': kernel 15 .* not fit in 12 \+ 2 x 1"),
        ("kernel_size_and_h", ConvertError, "layer 'conv1': kernel_size together with kernel_h"),
        ("lowercase_type", UnsupportedError, "layer 'conv1': unknown .* did you mean 'Convolution"),
        ("missing_num_output", ConvertError, "layer 'conv1': convolution_param lacks num_output"),
        ("pool_no_kernel", ConvertError, "layer 'pool1': lacks kernel_size, or both kernel_h and"),
        ("pool_to_nothing", ShapeError, "layer 'p': kernel 3 on 1 pixels leaves a top of 0"),
        ("stochastic_pool", UnsupportedError, "layer 'pool1': pooling_param: pool STOCHASTIC, exp"),
        ("too_many_params", ConvertError, "layer 'conv1': 3 param blocks, expected at most 2"),
        ("unknown_type", UnsupportedError, "layer 'conv1': unknown layer type 'Convolutoin'; know"),
        ("weights_no_bias", WeightsError, "layer 'conv1': 1 blobs in the file, expected 2"),
        (
            "weights_other_shape",
            WeightsError,
            r"layer 'conv1': blob 0 has shape \(8, 3, 3, 3\) in the file, expected \(6, 3, 3, 3\)",
        ),
        ("zero_stride", ConvertError, "layer 'conv1': stride is 0 x 0, expected at least 1"),
    ],
)
def test_what_caffe_refuses_is_refused_in_one_line(case, kind, error):
    folder = GOLDEN / "bad" / case
    message, weights = without_softmax(folder / "net.prototxt"), folder / "weights.caffemodel"
    with pytest.raises(kind, match=error) as caught:
        load_net(message, weights) if weights.exists() else CaffeNet(read_graph(message))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "case", ["crop_negative_axis", "layer_without_name", "pad_bigger_than_kernel_conv"]
)
def test_what_caffe_takes_gives_what_caffe_gave(case):
    folder = GOLDEN / "accepted" / case
    made = load_net(without_softmax(folder / "net.prototxt"), folder / "weights.caffemodel")
    blobs = made(data=torch.from_numpy(np.load(folder / "input.npz")["data"]), keep="all")
    expected = dict(np.load(folder / "output.npz"))
    assert expected.keys() - blobs.keys() <= {"prob"}
    for blob, x in blobs.items():
        within = 1e-6 + 5e-5 * expected[blob].std()
        assert np.abs(x.numpy() - expected[blob]).max() <= within, blob


def test_weights_of_nothing_are_refused():
    # Caffe: takes the file, and runs on the random numbers of the fillers.
    folder = GOLDEN / "accepted" / "weights_of_nothing"
    error = (
        r"weights.caffemodel: lacks parameters of conv1, score, up; "
        r"expected exactly the 3 layers of the prototxt: is it another net's file\?$"
    )
    with pytest.raises(WeightsError, match=error):
        load_net(without_softmax(folder / "net.prototxt"), folder / "weights.caffemodel")


def test_each_array_is_in_its_parameter(loaded):
    state = loaded(ARRAYS).state_dict()
    assert list(state) == ["a.weight", "a.bias", "b.weight"]
    for key, array in zip(state, ARRAYS["a"] + ARRAYS["b"], strict=True):
        assert np.array_equal(state[key], array), key


@pytest.mark.parametrize(
    "arrays, error",
    [
        ({"a": ARRAYS["a"]}, r"w.caffemodel: lacks parameters of b; expected exactly the 2 layers"),
        ({}, "w.caffemodel: lacks parameters of a, b; expected"),
        (
            {**ARRAYS, **{f"x{i}": ARRAYS["b"] for i in range(7)}},
            r"w.caffemodel: has, and the net has not, parameters of x0, x1, x2, x3, x4 and 2 more;",
        ),
        ({**ARRAYS, "a": ARRAYS["a"][:1]}, "layer 'a': 1 blobs in the file, expected 2"),
        ({**ARRAYS, "b": ARRAYS["b"] * 2}, "layer 'b': 2 blobs in the file, expected 1"),
        (
            {**ARRAYS, "b": [np.zeros((4, 2, 3, 1), np.float32)]},
            r"layer 'b': blob 0 has shape \(4, 2, 3, 1\) in the file, expected \(4, 2, 3, 3\)",
        ),
        (
            {**ARRAYS, "b": [np.zeros((2, 4, 3, 3), np.float32)]},
            r"layer 'b': blob 0 has shape \(2, 4, 3, 3\) in the file, expected \(4, 2, 3, 3\)",
        ),
        (
            {**ARRAYS, "a": [ARRAYS["a"][0], np.zeros((1, 1, 1, 2), np.float32)]},
            r"layer 'a': blob 1 has shape \(1, 1, 1, 2\) in the file, expected \(2,\)",
        ),
    ],
)
def test_weights_that_do_not_belong(loaded, arrays, error):
    with pytest.raises(WeightsError, match=error):
        loaded(arrays)


@pytest.mark.parametrize(
    "wrong", [{"b": []}, {"c": ARRAYS["b"]}, {"b": ARRAYS["b"] * 2}, {"b": ARRAYS["a"][:1]}]
)
def test_nothing_is_copied_before_everything_is_checked(tmp_path, wrong):
    made = net(DATA, A, B)
    before = {key: x.clone() for key, x in made.state_dict().items()}
    write_caffemodel(tmp_path / "w.caffemodel", {**ARRAYS, **wrong})
    with Caffemodel.open(tmp_path / "w.caffemodel") as model, pytest.raises(WeightsError):
        fill(made, model)
    assert all(torch.equal(made.state_dict()[key], x) for key, x in before.items())


def legacy(values, *shape):
    fields = (integer(number, size) for number, size in enumerate(shape, 1))
    return b"".join(fields) + packed(5, values)


def test_a_bias_of_four_legacy_axes_is_taken(tmp_path):
    weight = legacy(range(6), 2, 3, 1, 1)
    (tmp_path / "w").write_bytes(encoded("a", weight, legacy([7, 8], 1, 1, 1, 2)))
    made = load_net(parse(DATA + A), tmp_path / "w")
    assert made.state_dict()["a.bias"].tolist() == [7, 8]
    assert made.state_dict()["a.weight"].flatten().tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("shape", [(2, 1, 1, 1), (1, 2, 1, 1)])
def test_a_legacy_bias_along_another_axis_is_refused(tmp_path, shape):
    weight = legacy(range(6), 2, 3, 1, 1)
    (tmp_path / "w").write_bytes(encoded("a", weight, legacy([7, 8], *shape)))
    with pytest.raises(WeightsError, match=r"layer 'a': blob 1 has shape .* expected \(2,\)"):
        load_net(parse(DATA + A), tmp_path / "w")


def test_of_a_repeated_layer_the_last_counts(tmp_path):
    old, new = (packed(5, [i] * 3) + dims(3) for i in (1, 2))
    text = encoded("s", old) + nested(1, "net") + encoded("s", new) + encoded("s")
    (tmp_path / "w").write_bytes(text)
    made = load_net(parse(DATA + layer("Scale", "data", "s")), tmp_path / "w")
    assert made.state_dict()["s.weight"].tolist() == [2, 2, 2]


@pytest.mark.parametrize("name", ["w.caffemodel.gz", "w.caffemodel"])
def test_gzip_is_unpacked_whatever_the_name(tmp_path, name):
    write_caffemodel(tmp_path / "plain", ARRAYS)
    (tmp_path / name).write_bytes(gzip.compress((tmp_path / "plain").read_bytes()))
    (tmp_path / "net.prototxt").write_text(DATA + A + B)
    state = load_net(tmp_path / "net.prototxt", str(tmp_path / name)).state_dict()
    assert np.array_equal(state["b.weight"], ARRAYS["b"][0])


def test_phase(loaded):
    frozen = B.replace("convolution_param", "param { lr_mult: 0 } convolution_param")
    dropped = layer("ReLU", "b", "c", "include { phase: TRAIN }")
    test, train = (
        loaded(ARRAYS, phase, DATA + A + frozen + dropped) for phase in ("TEST", "TRAIN")
    )
    assert [p.requires_grad for p in test.parameters()] == [False] * 3
    assert [p.requires_grad for p in train.parameters()] == [True, True, False]
    assert (test.training, train.training) == (False, True)
    assert (test.graph.outputs, train.graph.outputs) == (("b",), ("c",))


def test_shapes_are_passed_on(tmp_path):
    write_caffemodel(tmp_path / "w", {"s": [np.float32([1, 2, 3, 4])]})
    text = parse(fed("data") + layer("Scale", "data", "s"))
    made = load_net(text, tmp_path / "w", shapes={"data": (1, 4, 2, 2)})
    assert made(data=torch.ones(1, 4, 1, 1))["s"].flatten().tolist() == [1, 2, 3, 4]


def test_a_net_without_parameters_takes_a_file_without_arrays(tmp_path):
    (tmp_path / "w").write_bytes(b"")
    assert load_net(parse(DATA + layer("ReLU", "data", "r")), tmp_path / "w")
    with pytest.raises(WeightsError, match="has, and the net has not, parameters of a, b; exp"):
        write_caffemodel(tmp_path / "w", ARRAYS)
        load_net(parse(DATA + layer("ReLU", "data", "r")), tmp_path / "w")


def test_layers_of_the_file_without_arrays_do_not_count(tmp_path):
    (tmp_path / "w").write_bytes(encoded("drop6") + encoded("s", packed(5, [5] * 3) + dims(3)))
    made = CaffeNet(graph(DATA, layer("Scale", "data", "s")))
    with Caffemodel.open(tmp_path / "w") as model:
        fill(made, model)
    assert made.state_dict()["s.weight"].tolist() == [5, 5, 5]
