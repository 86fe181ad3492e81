"""Layers that compute each element by itself, where Caffe's number is not what one would guess."""

from math import e, inf, nan

import pytest
import torch
from prototxts import fed, graph, layer, net

from weights_convert.errors import ConvertError, ShapeError
from weights_convert.net import CaffeNet


def one(type, rest="", shape=(1, 1, 1, 1), **given):
    return net(fed("x", *shape), layer(type, "x", "y", rest), **given)


def top(type, rest, *values):
    """What the layer makes of `values`."""
    x = torch.tensor(values)[None, None, None]
    return one(type, rest)(x=x)["y"].flatten()


def gradient(type, rest, *values):
    """The gradient that the layer passes down to `values`, of a gradient of 1."""
    x = torch.tensor(values, requires_grad=True)
    one(type, rest)(x=x[None, None, None])["y"].sum().backward()
    return x.grad


def same(found, *expected):
    return torch.allclose(found, torch.tensor(expected, dtype=torch.float32), equal_nan=True)


def test_gradients_at_zero():
    assert same(gradient("AbsVal", "", -2.0, 0.0, 2.0), -1, 0, 1)
    assert same(gradient("ELU", "elu_param { alpha: 0.7 }", 0.0), 0.7)
    assert same(gradient("ReLU", "relu_param { negative_slope: 0.1 }", 0.0), 0.1)
    assert same(gradient("Swish", "swish_param { beta: 3 }", 0.0), 0.5)


def test_prelu_counts_zero_as_negative():
    layers = one("PReLU")
    with torch.no_grad():
        layers.params()["y"][0].fill_(0.2)
    x = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    layers(x=x[None, None, None])["y"].sum().backward()
    assert same(x.grad, 0.2, 0.2, 1)


def test_power_that_does_not_depend_on_the_bottom():
    assert same(top("Power", "power_param { power: 0 }", nan, 5.0), 1, 1)
    assert same(top("Power", "power_param { scale: 0 shift: 3 power: 2 }", nan, inf), 9, 9)
    assert same(top("Power", "power_param { scale: 0 power: -1 }", 5.0), inf)
    assert same(top("Power", "power_param { scale: 0 shift: -1 power: 0.5 }", 5.0), nan)
    assert same(gradient("Power", "power_param { power: 0 }", 5.0), 0)


def test_power_divides_by_its_base_for_the_gradient():
    assert same(gradient("Power", "power_param { power: 3 }", 0.0, 2.0), nan, 12)
    assert same(gradient("Power", "power_param { power: 0.5 scale: 2 }", 0.0, 2.0), nan, 0.5)
    assert same(gradient("Power", "power_param { power: 2 scale: 3 shift: 1 }", 0.0, 1.0), 6, 24)
    assert same(gradient("Power", "power_param { scale: 3 }", 0.0), 3)


def test_bases_of_exp_and_log():
    assert same(top("Exp", "exp_param { shift: 1 }", 0.0, 1.0), e, e * e)
    assert same(top("Exp", "exp_param { base: 2 scale: 3 shift: -1 }", 1.0), 4)
    assert same(top("Log", "log_param { base: 10 scale: 2 shift: 80 }", 10.0), 2)
    assert same(top("Log", "", 0.0, -1.0), -inf, nan)


def test_clip_keeps_its_ends_and_prefers_the_min():
    assert same(gradient("Clip", "clip_param { min: -1 max: 1 }", -2.0, -1.0, 1.0, 2.0), 0, 1, 1, 0)
    assert same(top("Clip", "clip_param { min: 2 max: 1 }", 0.0, 1.5, 3.0), 2, 2, 2)


def test_threshold_is_not_over_itself():
    assert same(top("Threshold", "threshold_param { threshold: 0.5 }", 0.4, 0.5, 0.6), 0, 0, 1)
    assert not one("Threshold")(x=torch.ones(1, 1, 1, 1, requires_grad=True))["y"].requires_grad


def test_large_numbers_do_not_overflow():
    assert same(top("BNLL", "", -100.0, 0.0, 100.0), 0, 0.6931472, 100)
    assert same(top("Sigmoid", "", -100.0, 100.0), 0, 1)
    assert same(gradient("TanH", "", -100.0, 0.0), 0, 1)


def test_what_parameters_begin_as():
    made = CaffeNet(
        graph(
            fed("x", 1, 3, 1, 1),
            layer("PReLU", "x", "p"),
            layer("PReLU", "p", "q", "prelu_param { channel_shared: true filler { value: 0.5 } }"),
            layer("Scale", "q", "s", "scale_param { bias_term: true bias_filler { value: 2 } }"),
            layer("Bias", "s", "b"),
            layer("BatchNorm", "b", "y"),
        )
    )
    made.begin()
    found = {key: [blob.flatten().tolist() for blob in own] for key, own in made.params().items()}
    assert found == {
        "p": [[0.25] * 3],
        "q": [[0.5]],
        "s": [[1.0] * 3, [2.0] * 3],
        "b": [[0.0] * 3],
        "y": [[0.0] * 3, [0.0] * 3, [0.0]],
    }


@pytest.mark.parametrize(
    "type, rest, shape, error, text",
    [
        ("Exp", "exp_param { base: 0 }", (1,), ConvertError, "base 0.0, expected more than 0"),
        ("Exp", "exp_param { base: -2 }", (1,), ConvertError, "or -1, which is e"),
        ("Exp", "exp_param { base: inf }", (1,), ConvertError, "exp_param: base inf"),
        ("Log", "log_param { base: 0 }", (1,), ConvertError, "log_param: base 0.0"),
        ("Log", "log_param { base: 1 }", (1,), ConvertError, "base 1, expected another"),
        ("Clip", "", (1,), ConvertError, "lacks min and max, expected min and max"),
        ("Clip", "clip_param { min: 0 }", (1,), ConvertError, "clip_param lacks max, expected"),
        ("PReLU", "", (3,), ShapeError, r"shape \(3,\), expected \(N, C, ...\)"),
    ],
)
def test_errors(type, rest, shape, error, text):
    with pytest.raises(error, match=rf"layer 'y': .*{text}"):
        one(type, rest, shape)


def test_absval_is_not_in_place():
    with pytest.raises(ConvertError, match="layer 'x': AbsVal in place on blob 'x', expected a"):
        net(fed("x", 1), layer("AbsVal", "x", "x"))


def test_other_neurons_are():
    in_place = [layer(type, "x", "x") for type in ("Sigmoid", "TanH", "ELU", "Exp", "Log", "BNLL")]
    x = torch.zeros(1, 1, 1, 1)
    found = net(fed("x", 1, 1, 1, 1), *in_place)(x=x, keep="all")["x"]
    assert same(found.flatten(), torch.log1p(torch.exp(torch.tanh(torch.tensor(0.5)))))
    assert not x.any()


def test_slopes_are_for_as_many_channels():
    slopes = one("PReLU", shape=(1, 3, 1, 1))
    with pytest.raises(ShapeError, match="bottom of 2 channels, 3 slopes"):
        slopes._modules["y"].reshape([(1, 2, 1, 1)])
