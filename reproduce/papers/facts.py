"""Facts of a net that follow from its graph alone; nothing is run.

Source  CVPR 2015, table 1, whose last four lines these are.
"""

from collections.abc import Callable
from functools import cache

import torch

from weights_convert.coordinates import receptive_field
from weights_convert.graph import Graph, read_graph
from weights_convert.net import CaffeNet

from .. import nets


def fact(net: str, name: str) -> int:
    """The fact `name`, one of FACTS, of the net `net`."""
    return FACTS[name](_graph(net))


@cache
def _graph(net: str) -> Graph:
    return read_graph(nets.load(net).prototxt())


def parameters(graph: Graph) -> int:
    """How many numbers are learned, less those held fixed, such as the bilinear kernels."""
    with torch.device("meta"):  # shapes without memory
        net = CaffeNet(graph)
    return sum(p.numel() for name, p in net.named_parameters() if name in net.learnable)


def convolutions(graph: Graph) -> int:
    """How many convolutions follow on one another up to the coarsest score."""
    depth = dict.fromkeys(graph.inputs, 0)
    for layer in graph.layers:
        before = max(depth[blob] for blob in layer.bottoms)
        for top in layer.tops:
            depth[top] = before + (layer.type == "Convolution")
    return depth[_coarsest(graph)]


def field_size(graph: Graph) -> int:
    """The side, in pixels of the image, of what a pixel of the coarsest score sees."""
    return receptive_field(graph, _coarsest(graph)).size[0]


def stride(graph: Graph) -> int:
    """Pixels of the image from one pixel of the coarsest score to the next."""
    return int(receptive_field(graph, _coarsest(graph)).stride[0])


def _coarsest(graph: Graph) -> str:
    """The blob that is first upsampled."""
    return next(layer.bottoms[0] for layer in graph.layers if layer.type == "Deconvolution")


FACTS: dict[str, Callable[[Graph], int]] = {
    "conv. layers": convolutions,
    "parameters": parameters,
    "rf size": field_size,
    "max stride": stride,
}
