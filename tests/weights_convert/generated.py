"""Small nets, and the Python files that are written of them, run without us."""

import importlib.util

import torch

from weights_convert import load_net
from weights_convert.prototxt import parse

INPUT = """name: "tiny" layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 13 dim: 11 } } }
"""
CONV = """layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 2 kernel_size: 3 pad: 100 weight_filler { type: "gaussian" } } }
"""
RELU = 'layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }\n'


def small(text):
    """A net of the layers in `text`, whose input is `data`."""
    return load_net(parse(INPUT + text), None)


def imported(path):
    """The file as any program imports it."""
    spec = importlib.util.spec_from_file_location("generated", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def twin(net, path):
    """The net of the file with the parameters of `net`, by way of a .pt file."""
    module = imported(path)
    if not net.state_dict():
        return module.Net()
    torch.save(dict(net.state_dict()), path.with_suffix(".pt"))
    return module.load(path.with_suffix(".pt"))


def assert_same(net, other, feed):
    with torch.inference_mode():
        expected, actual = net(**feed), other(*(feed[blob] for blob in net.input_shapes))
    assert list(actual) == list(expected)
    for blob in expected:
        # NaN, as of Log, is equal to itself here
        assert torch.equal(actual[blob].nan_to_num(12345), expected[blob].nan_to_num(12345)), blob
