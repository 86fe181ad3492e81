"""Nets for the tests, in few words; a layer is called as its first top unless told."""

import torch

from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet
from weights_convert.prototxt import parse


def layer(type, bottoms="", tops="", rest="", name=None):
    """A layer as text; bottoms and tops: names with a space between them."""
    blobs = [f'bottom: "{blob}"' for blob in bottoms.split()]
    blobs += [f'top: "{blob}"' for blob in tops.split()]
    name = tops.split()[0] if name is None else name
    return f'layer {{ name: "{name}" type: "{type}" {" ".join(blobs)} {rest} }}\n'


def fed(blob, *dims):
    shape = " ".join(f"dim: {dim}" for dim in dims)
    return layer("Input", "", blob, f"input_param {{ shape {{ {shape} }} }}" if dims else "")


def convolution(bottom, top, rest="num_output: 2 kernel_size: 3 pad: 1", type="Convolution"):
    return layer(type, bottom, top, f"convolution_param {{ {rest} }}")


def graph(*layers, phase="TEST", **state):
    return read_graph(parse("".join(layers), "net.prototxt"), phase, **state)


def net(*layers, phase="TEST", shapes=None):
    """The net of `layers`, its parameters filled with small numbers, the same every time."""
    made = CaffeNet(graph(*layers, phase=phase), shapes)
    generator = torch.Generator().manual_seed(1)
    for parameter in made.parameters():
        parameter.data.copy_(torch.randn(parameter.shape, generator=generator) / 4)
    return made
