"""In training on a CPU, weights that outnumber their input are applied as one matrix product."""

import pytest
import torch
import torch.nn.functional as F

from weights_convert import load_net
from weights_convert.layers import convolution
from weights_convert.layers.convolution import Convolution
from weights_convert.prototxt import parse

NET = """
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: 2 dim: 3 dim: {0} dim: {1} }} }} }}
layer {{ name: "fc6" type: "Convolution" bottom: "data" top: "fc6"
  convolution_param {{ num_output: 160 {2} weight_filler {{ type: "gaussian" std: 0.1 }}
    bias_filler {{ type: "constant" value: 0.5 }} }} }}
"""  # noqa: E501
SETTINGS = [
    "kernel_size: 7",
    "kernel_size: 5 stride: 2 pad: 1",
    "kernel_h: 3 kernel_w: 5 dilation: 2",
]


def made(settings, height=8, width=9):
    net = load_net(parse(NET.format(height, width, settings)), None, phase="TRAIN")
    [layer] = [module for module in net.modules() if isinstance(module, Convolution)]
    return net, layer


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(convolution, "MANY", 0)


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_product_is_the_convolution_and_its_gradients(settings):
    torch.manual_seed(0)
    net, layer = made(settings)
    x = torch.randn(2, 3, 8, 9, requires_grad=True)
    assert layer._as_product(x)
    top = net(data=x)["fc6"]
    expected = F.conv2d(x, layer.weight, layer.bias, layer.stride, layer.pad, layer.dilation)
    torch.testing.assert_close(top, expected, rtol=1e-5, atol=1e-5)
    slope = torch.randn_like(top)
    for found, right in zip(
        torch.autograd.grad(top, [x, layer.weight, layer.bias], slope, retain_graph=True),
        torch.autograd.grad(expected, [x, layer.weight, layer.bias], slope),
        strict=True,
    ):
        torch.testing.assert_close(found, right, rtol=1e-4, atol=1e-4)


def test_not_without_gradients_on_a_large_image_or_of_few_weights(monkeypatch):
    _, layer = made("kernel_size: 7")
    with torch.inference_mode():
        assert not layer._as_product(torch.zeros(2, 3, 8, 9))
    assert not layer._as_product(torch.zeros(2, 3, 80, 90))
    assert layer._as_product(torch.zeros(2, 3, 8, 9))
    monkeypatch.setattr(convolution, "MANY", 1 << 22)
    assert not layer._as_product(torch.zeros(2, 3, 8, 9))
