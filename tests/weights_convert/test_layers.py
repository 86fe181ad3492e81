"""Each layer type: what it refuses, and the corners that the golden cases leave out."""

import math
from pathlib import Path

import pytest
import torch
from prototxts import fed, layer, net

from weights_convert import layers
from weights_convert.errors import ConvertError, PrototxtError, ShapeError, UnsupportedError

BOTH = fed("data", 1, 3, 5, 6) + fed("like", 1, 2, 4, 5)
LABELLED = fed("score", 1, 2, 1, 1) + fed("label", 1, 1, 1, 1)


def refused(kind, error, type, bottoms, tops, fields=""):
    """Expects that a layer on BOTH is refused, by its name, with an error of exactly `kind`."""
    with pytest.raises(ConvertError, match=error) as caught:
        net(BOTH, layer(type, bottoms, tops, fields), phase="TRAIN")
    assert caught.type is kind
    assert "layer 'a': " in str(caught.value)


@pytest.mark.parametrize(
    "fields, error",
    [
        ("kernel_size: 1", "convolution_param lacks num_output, expected at least 1"),
        ("num_output: 1", "lacks kernel_size, or both kernel_h and kernel_w"),
        ("num_output: 1 kernel_h: 3", "lacks kernel_size, or both kernel_h and kernel_w"),
        ("num_output: 1 kernel_size: 0", "kernel_size is 0 x 0, expected at least 1"),
        ("num_output: 1 kernel_size: [3, 3, 3]", "kernel_size has 3 values, expected one, or heig"),
        ("num_output: 1 kernel_size: 1 stride_h: 2", "lacks stride, or both stride_h and stride_w"),
        ("num_output: 1 kernel_size: 1 pad: 1 pad_w: 1", "pad together with pad_h or pad_w, expec"),
        ("num_output: 1 kernel_size: 1 dilation: 0", "dilation is 0 x 0, expected at least 1"),
        ("num_output: 4 kernel_size: 1 group: 2", "group 2 does not divide 3 input channels and "),
        ("num_output: 4 kernel_size: 1 group: 3", "group 3 does not divide 3 input channels and "),
        ("num_output: 1 kernel_size: 1 group: 0", "group 0 does not divide"),
    ],
)
@pytest.mark.parametrize("type", ["Convolution", "Deconvolution"])
def test_convolution_refuses(type, fields, error):
    refused(ConvertError, error, type, "data", "a", f"convolution_param {{ {fields} }}")


@pytest.mark.parametrize(
    "fields, error, kind",
    [
        ("stride: 2", "lacks kernel_size, or both kernel_h and kernel_w", ConvertError),
        ("kernel_size: 2 pad_h: 1", "lacks pad, or both pad_h and pad_w", ConvertError),
        ("kernel_size: 2 pad_w: 1", "lacks pad, or both pad_h and pad_w", ConvertError),
        ("kernel_size: 2 stride: 0", "stride is 0 x 0, expected at least 1", ConvertError),
        ("kernel_size: 2 pad: 2", "pad 2, expected less than kernel 2", ConvertError),
        ("kernel_size: 8", "kernel 8 on 5 pixels leaves a top of -2", ShapeError),
        ("global_pooling: true kernel_size: 2", "global_pooling with a kernel, exp", ConvertError),
        ("global_pooling: true stride: 2", "global_pooling, expected stride 1 and", ConvertError),
    ],
)
def test_pooling_refuses(fields, error, kind):
    refused(kind, error, "Pooling", "data", "a", f"pooling_param {{ {fields} }}")


@pytest.mark.parametrize(
    "fields, error, kind",
    [
        ("offset: [1, 1, 1]", "3 offsets, expected one, or 2 for 2 axes", ConvertError),
        ("offset: 2", "4 pixels at offset 2 leave axis 2, which has 5", ShapeError),
        ("offset: [1, 2]", "5 pixels at offset 2 leave axis 3, which has 6", ShapeError),
        ("axis: 4", r"crop_param: axis 4 of bottoms \(1, 3, 5, 6\), \(1, 2, 4, 5\)", ShapeError),
        ("axis: -5", "crop_param: axis -5 of bottoms", ShapeError),
        ("offset: -1", "offset: found -1, expected an integer from 0", PrototxtError),
    ],
)
def test_crop_refuses(fields, error, kind):
    refused(kind, error, "Crop", "data like", "a", f"crop_param {{ {fields} }}")


@pytest.mark.parametrize(
    "fields, error",
    [
        ("axis: 4", r"scale_param: axis 4 of a bottom of shape \(1, 3, 5, 6\)"),
        ("axis: 2 num_axes: 3", "scale_param: num_axes 3 from axis 2 of 4"),
        ("num_axes: -2", "scale_param: num_axes -2 from axis 1 of 4"),
    ],
)
def test_scale_refuses(fields, error):
    refused(ShapeError, error, "Scale", "data", "a", f"scale_param {{ {fields} }}")


@pytest.mark.parametrize(
    "type, bottoms, tops, fields, error, kind",
    [
        ("Convolution", "data data", "a", "num_output: 1", "2 bottoms, 1 tops", ConvertError),
        ("Convolution", "data like", "a b", "num_output: 1", "of 2 and 3 channels", ShapeError),
        ("Convolution", "data", "a", "num_output: 1 axis: 2", "axis 2, only 1", UnsupportedError),
        ("Convolution", "data", "a", "num_output: 1 pad: -1", "found -1, expect", PrototxtError),
        ("Eltwise", "data like", "a", "", r"shapes \[\(1, 3, 5, 6\), \(1, 2, 4, 5\)\]", ShapeError),
        ("Eltwise", "data data", "a", "coeff: 1", "1 coeff for 2 bottoms", ConvertError),
        ("Eltwise", "data data", "a", "operation: PROD coeff: [1, 2]", "with SUM", ConvertError),
        ("LRN", "data", "a", "local_size: 4", "local_size 4, expected an odd num", ConvertError),
        ("Dropout", "data", "a", "dropout_ratio: 1.5", "1.5, expected from 0 to 1", ConvertError),
        ("Scale", "data like", "a", "", "its second bottom is of", ShapeError),
        ("ReLU", "data", "a", "engine: FAST", "found FAST, expected one of", PrototxtError),
        ("SoftmaxWithLoss", "data like", "a", "", "40 labels for 30 predictions", ShapeError),
        ("SoftmaxWithLoss", "data like", "a", "axis: 5", "axis 5 of a bottom of shape", ShapeError),
    ],
)
def test_others_refuse(type, bottoms, tops, fields, error, kind):
    param = {"SoftmaxWithLoss": "softmax"}.get(type, type.lower()) + "_param"
    window = "kernel_size: 1" if type == "Convolution" else ""
    refused(kind, error, type, bottoms, tops, f"{param} {{ {fields} {window} }}")


def test_a_scale_along_the_image_is_bound_to_its_size():
    made = net(
        fed("data", 1, 1, 2, 3), layer("Scale", "data", "a", "scale_param { axis: 2 num_axes: 2 }")
    )
    assert made(data=torch.ones(1, 1, 2, 3))["a"].shape == (1, 1, 2, 3)
    error = r"layer 'a': a bottom of \(3, 2\), its weight is of \(2, 3\)"
    with pytest.raises(ShapeError, match=error):
        made(data=torch.ones(1, 1, 3, 2))


def loss(fields="", tops="loss"):
    text = layer("SoftmaxWithLoss", "score label", tops, f"loss_param {{ {fields} }}")
    return net(LABELLED, text, phase="TRAIN")


def test_the_loss_is_capped_and_its_gradient_is_not():
    score = torch.tensor([0.0, 200.0]).reshape(1, 2, 1, 1).requires_grad_(True)
    value = loss()(score=score, label=torch.zeros(1, 1, 1, 1))["loss"]
    assert value.item() == pytest.approx(-math.log(1.1754943508222875e-38), rel=1e-6)  # FLT_MIN
    value.backward()
    assert score.grad.flatten().tolist() == [-1, 1]  # probability less one at the label


def test_the_second_top_of_a_loss_is_the_probability():
    score = torch.tensor([0.0, math.log(3)]).reshape(1, 2, 1, 1)
    out = loss(tops="loss prob")(score=score, label=torch.ones(1, 1, 1, 1))
    assert out["prob"].flatten().tolist() == pytest.approx([0.25, 0.75])
    assert out["loss"].item() == pytest.approx(-math.log(0.75))


@pytest.mark.parametrize("label", [2, -1])
@pytest.mark.parametrize("fields, ignored", [("", "None"), ("ignore_label: 255", "255")])
def test_a_label_that_is_no_class(label, fields, ignored):
    with pytest.raises(ConvertError, match=rf"a label outside 0 \.\. 1 and not {ignored}: {label}"):
        loss(fields)(score=torch.zeros(1, 2, 1, 1), label=torch.full((1, 1, 1, 1), label))


@pytest.mark.parametrize(
    "ratio, phase, kept", [(1.0, "TEST", 1.0), (0.5, "TEST", 1.0), (1.0, "TRAIN", 0.0)]
)
def test_dropout(ratio, phase, kept):
    text = layer("Dropout", "data", "a", f"dropout_param {{ dropout_ratio: {ratio} }}")
    x = torch.rand(1, 1, 4, 4) + 1
    assert torch.equal(net(fed("data", 1, 1, 4, 4), text, phase=phase)(data=x)["a"], x * kept)


def test_dropout_drops_single_elements_and_scales_the_rest():
    text = layer("Dropout", "data", "a", "dropout_param { dropout_ratio: 0.75 }")
    torch.manual_seed(5)
    out = net(fed("data", 1, 1, 50, 50), text, phase="TRAIN")(data=torch.ones(1, 1, 50, 50))["a"]
    assert out.unique().tolist() == [0, 4]
    assert (out == 0).float().mean().item() == pytest.approx(0.75, abs=0.04)


def test_every_file_is_a_layer_type():
    assert {name.lower() for name in layers.types()} == set(files())


def files():
    return [path.stem for path in Path(layers.__file__).parent.glob("[a-z]*.py")]
