"""Facts of a net that follow from its graph alone; nothing is run.

Source  CVPR 2015, table 1, whose last four lines these are.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module

import torch

from weights_convert import trunks
from weights_convert.coordinates import receptive_field
from weights_convert.graph import Graph, Layer, read_graph
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Message

from .. import nets


def fact(net: str, name: str) -> int:
    """The fact `name`, one of FACTS, of the net `net`."""
    return FACTS[name](net)


@cache
def _graph(net: str) -> Graph:
    return read_graph(nets.load(net).prototxt())


def parameters(net: str) -> int:
    """How many numbers are learned, less those held fixed, such as the bilinear kernels."""
    with torch.device("meta"):  # shapes without memory
        module = CaffeNet(_graph(net))
    return sum(p.numel() for name, p in module.named_parameters() if name in module.learnable)


def convolutions(net: str) -> int:
    """How many convolutions follow on one another up to the coarsest score."""
    graph = _graph(net)
    depth = dict.fromkeys(graph.inputs, 0)
    for layer in graph.layers:
        before = max(depth[blob] for blob in layer.bottoms)
        for top in layer.tops:
            depth[top] = before + (layer.type == "Convolution")
    return depth[_coarsest(graph)]


def field_size(net: str) -> int:
    """The side, in pixels of the image, of what a pixel of the coarsest score sees.

    The papers count a pooling that the classifier ends with and the net leaves out: so does this.
    """
    graph = _graph(net)
    trunk = import_module(f"{trunks.__name__}.{nets.load(net).architecture.trunk}")
    window = getattr(trunk, "LEFT_OUT", None)
    graph = _pooled(graph, window) if window else graph
    return receptive_field(graph, _coarsest(graph)).size[0]


def stride(net: str) -> int:
    """Pixels of the image from one pixel of the coarsest score to the next."""
    graph = _graph(net)
    return int(receptive_field(graph, _coarsest(graph)).stride[0])


def _coarsest(graph: Graph) -> str:
    """The blob that is first upsampled."""
    return next(layer.bottoms[0] for layer in graph.layers if layer.type == "Deconvolution")


def _pooled(graph: Graph, window: dict) -> Graph:
    """`graph` with a Pooling of this window before the layer that gives the coarsest score."""
    blob = _coarsest(graph)
    place = next(place for place, layer in enumerate(graph.layers) if blob in layer.tops)
    score, name = graph.layers[place], "pooling"
    message = Message.of({"pooling_param": window})
    layer = Layer(name, "Pooling", score.bottoms, (name,), message=message)
    changed = (layer, replace(score, bottoms=(name,)))
    return replace(graph, layers=(*graph.layers[:place], *changed, *graph.layers[place + 1 :]))


FACTS: dict[str, Callable[[str], int]] = {
    "conv. layers": convolutions,
    "parameters": parameters,
    "rf size": field_size,
    "max stride": stride,
}
