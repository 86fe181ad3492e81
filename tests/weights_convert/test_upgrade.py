"""Older formats said in today's: what Caffe's upgrade writes, with the places of the original."""

import pytest
from golden import GOLDEN
from prototxts import fed, layer

from weights_convert.errors import ConvertError, PrototxtError, UnsupportedError
from weights_convert.graph import read_graph
from weights_convert.prototxt import parse, read_prototxt
from weights_convert.upgrade import upgraded

DATA = fed("data", 1, 3, 5, 5)
INPUT = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 5\n'
CONV = 'name: "c" bottom: "data" top: "c" type: CONVOLUTION convolution_param { num_output: 2 }'


def v0(text, bottom="data", top="top"):
    return f'layers {{ layer {{ {text} }} bottom: "{bottom}" top: "{top}" }}\n'


def same(older, newer):
    """Whether the net in the older words is upgraded to the net in today's."""
    return said(upgraded(parse(older))) == said(parse(newer))


def said(message):
    """What a message says, the order of unlike fields aside."""
    found = {}
    for field in message.fields:
        value = said(field.value) if hasattr(field.value, "fields") else str(field.value)
        found.setdefault(field.name, []).append(value)
    return found


def test_todays_net_stays():
    message = parse(DATA + layer("ReLU", "data", "r"))
    assert upgraded(message) == message


@pytest.mark.parametrize("kind", ["input_dim", "input_shape"])
def test_top_level_inputs_become_an_input_layer_before_all_others(kind):
    graph = read_graph(read_prototxt(GOLDEN / "legacy" / kind / "net.prototxt"))
    assert {blob: source.name for blob, source in graph.inputs.items()} == {
        "data": "input",
        "aux": "input",
    }
    assert graph.layers[0].name == "c"


def test_input_layer():
    newer = 'layer { name: "input" type: "Input" top: "data" input_param { shape { %s } } }'
    dims = "dim: 1 dim: 3 dim: 5 dim: 5"
    assert same(INPUT, newer % dims)
    assert same(f'input: "data" input_shape {{ {dims} }}', newer % dims)


@pytest.mark.parametrize(
    "text, error",
    [
        (
            'input: "data"',
            "0 shapes for 1 inputs, expected an input_shape for each, or 4 input_dim",
        ),
        (INPUT + 'input: "more"', "1 shapes for 2 inputs, expected an input_shape for each"),
        (INPUT + "input_dim: 1", "5 input_dim, expected 4 for each input"),
        (INPUT + "input_shape { dim: 1 }", "input_shape together with input_dim, expected only on"),
        ("input_shape { dim: 1 }", "1 shapes for 0 inputs"),
        (layer("ReLU", "a", "b") + f"layers {{ {CONV} }}", "has both `layer` and `layers`"),
    ],
)
def test_refused(text, error):
    with pytest.raises(ConvertError, match=f"^net.prototxt: {error}"):
        upgraded(parse(text, "net.prototxt"))


def test_v1_lists_become_param_blocks():
    lists = 'param: "w" blob_share_mode: PERMISSIVE blobs_lr: 1 blobs_lr: 2 weight_decay: 0.5'
    blocks = (
        'param { name: "w" share_mode: PERMISSIVE lr_mult: 1 decay_mult: 0.5 } param { lr_mult: 2 }'
    )
    rest = 'bottom: "data" top: "c" loss_weight: 3 include { phase: TEST } '
    conv = "convolution_param { num_output: 2 }"
    assert same(
        f'layers {{ name: "c" type: CONVOLUTION {rest} {lists} {conv} }}',
        f'layer {{ name: "c" type: "Convolution" {rest} {blocks} {conv} }}',
    )


@pytest.mark.parametrize(
    "type, today",
    [
        ("SOFTMAX_LOSS", "SoftmaxWithLoss"),
        ("HDF5_DATA", "HDF5Data"),
        ("INNER_PRODUCT", "InnerProduct"),
        ("LRN", "LRN"),
        ("TANH", "TanH"),
        ("4", "Convolution"),
        ("CROP", "Crop"),
        ("NONE", ""),
    ],
)
def test_v1_types(type, today):
    assert same(f"layers {{ type: {type} }}", f'layer {{ type: "{today}" }}')


@pytest.mark.parametrize(
    "text, error",
    [
        ("type: CONV", "1:28: layer 'c': type: found CONV, expected one of NONE, ACCURACY"),
        ('type: "RELU"', "1:28: layer 'c': type: found \"RELU\", expected one of"),
        ("python_param { }", "1:22: layer 'c' has no field 'python_param'; known: bottom, top"),
        ('blobs_lr: "1"', "1:32: layer 'c': blobs_lr: found \"1\", expected a number"),
        ("param { lr_mult: 1 }", "1:28: layer 'c': param: found a message, expected a string"),
        (
            "type: CONVOLUTION convolution_param { num: 1 }",
            "1:60: layer 'c': convolution_param has no field 'num'",
        ),
    ],
)
def test_v1_errors_have_the_place_of_the_original(text, error):
    with pytest.raises(PrototxtError, match=f"^net.prototxt:{error}"):
        read_graph(parse(f'layers {{ name: "c"   {text} }}', "net.prototxt"))


def test_v0_fields_go_where_they_are_today():
    older = v0(
        'name: "c" type: "conv" num_output: 2 biasterm: false kernelsize: 3 pad: 1 group: 2 '
        'stride: 2 weight_filler { type: "xavier" } blobs_lr: 1 blobs_lr: 2'
    )
    newer = (
        'layer { name: "c" type: "Convolution" bottom: "data" top: "top" '
        "param { lr_mult: 1 } param { lr_mult: 2 } convolution_param { num_output: 2 "
        "bias_term: false kernel_size: 3 pad: 1 group: 2 stride: 2 "
        'weight_filler { type: "xavier" } } }'
    )
    assert same(older, newer)


@pytest.mark.parametrize(
    "older, newer",
    [
        ('type: "pool" pool: AVE kernelsize: 2', "Pooling pooling_param pool: AVE kernel_size: 2"),
        ('type: "dropout" dropout_ratio: 0.2', "Dropout dropout_param dropout_ratio: 0.2"),
        ('type: "concat" concat_dim: 0', "Concat concat_param concat_dim: 0"),
        ('type: "data" source: "x"', 'Data data_param source: "x"'),
        (
            'type: "data" meanfile: "x" cropsize: 3',
            'Data transform_param mean_file: "x" crop_size: 3',
        ),
        ('type: "images" shuffle_images: true', "ImageData image_data_param shuffle: true"),
        ('type: "window_data" det_context_pad: 1', "WindowData window_data_param context_pad: 1"),
        ('type: "softmax_loss"', "SoftmaxWithLoss"),
    ],
)
def test_v0_types(older, newer):
    type, *param = newer.split(" ", 2)
    param = f"{param[0]} {{ {param[1]} }}" if param else ""
    text = f'layer {{ type: "{type}" bottom: "data" top: "top" {param} }}'
    assert same(v0(older), text)


def test_v0_padding_goes_into_the_layer_that_reads_it():
    pads = v0('name: "p" type: "padding" pad: 2', top="padded")
    conv = v0('name: "c" type: "conv" kernelsize: 3', "padded", "c")
    relu = v0('name: "r" type: "relu"', "c", "c")
    newer = (
        'layer { name: "c" type: "Convolution" bottom: "data" top: "c" '
        "convolution_param { kernel_size: 3 pad: 2 } }"
        'layer { name: "r" type: "ReLU" bottom: "c" top: "c" }'
    )
    assert same(pads + conv + relu, newer)


@pytest.mark.parametrize(
    "text, kind, error",
    [
        (
            v0('type: "cnv"'),
            UnsupportedError,
            "1:16: layer '': unknown layer type 'cnv'; known are",
        ),
        (v0("kernel: 3"), PrototxtError, "1:18: layer '' has no field 'kernel'"),
        (v0('pad: "3"'), PrototxtError, "1:23: layer '': pad: found \"3\", expected an integer"),
        (
            v0('name: "r" type: "relu" num_output: 1'),
            ConvertError,
            "1:41: layer 'r': num_output in a layer of type 'relu', which has no such field",
        ),
        (
            v0('type: "pool" group: 2'),
            ConvertError,
            "1:31: layer '': group in a layer of type 'pool', which has pad kernelsize stride pool",
        ),
        (
            v0('name: "p" type: "padding"', top="p") + v0('name: "r" type: "relu"', "p"),
            ConvertError,
            "2:8: layer 'r': reads a padding layer, expected a conv or pool",
        ),
        (v0('type: "relu"') + "layers { }", ConvertError, "2:8: `layers` without `layer`"),
        (
            'layers { layer { type: "relu" } include { phase: TEST } }',
            PrototxtError,
            "1:33: layers has no field 'include'; known: layer, bottom, top",
        ),
    ],
)
def test_v0_refused(text, kind, error):
    with pytest.raises(kind, match=f"^net.prototxt:{error}"):
        upgraded(parse(text, "net.prototxt"))


def test_the_three_rates_of_an_old_batchnorm_are_zero():
    params = 'param { name: "m" lr_mult: 1 } param { } param { decay_mult: 2 }'
    zero = "lr_mult: 0 decay_mult: 0"
    today = f'param {{ name: "m" {zero} }} param {{ {zero} }} param {{ {zero} }}'
    assert same(layer("BatchNorm", "x", "y", params), layer("BatchNorm", "x", "y", today))
    two = layer("BatchNorm", "x", "y", "param { lr_mult: 1 } param { }")
    assert same(two, two)


def test_the_net_handed_in_is_left_as_it_is():
    message = read_prototxt(GOLDEN / "legacy" / "v0" / "net.prototxt")
    upgraded(message)
    assert message == read_prototxt(GOLDEN / "legacy" / "v0" / "net.prototxt")
