"""Runs of a net on random inputs of several sizes, to hold what it is converted to against."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from .caffelayer import Shape
from .errors import ShapeError
from .net import CaffeNet

# Layer types a bottom of which holds whole numbers: which one, and up to what any net takes them.
WHOLE = {"Accuracy": (1, 1), "BatchReindex": (1, 0), "Embed": (0, 1), "Filter": (-1, 1)}
Sizes = Sequence[tuple[int, int]]
Blobs = dict[str, Tensor]


def runs(net: CaffeNet, sizes: Sizes | None = None) -> Iterator[tuple[Blobs, Blobs]]:
    """Inputs, and the outputs that `net` computes from them, the same at every call.

    sizes: (height, width) of the first image among the inputs; the others keep their difference
        to it.  By default three, odd ones and two batch sizes among them: what the prototxt
        states, a little more, and about half; of the latter, those that the net itself takes.
    """
    for index, shapes in enumerate(_shapes(net, sizes)):
        feed = _feed(net, shapes, torch.Generator().manual_seed(index))
        try:
            with torch.inference_mode():
                outputs = net(**feed)
        except ShapeError:
            if sizes or not index:
                raise
        else:
            yield feed, outputs


def _feed(net: CaffeNet, shapes: dict[str, Shape], generator: torch.Generator) -> Blobs:
    """Normal random numbers, or random whole ones where a layer reads labels or places.

    They are where the parameters are, and were drawn on the CPU.
    """
    readers = [layer for layer in net.graph.layers if layer.type in WHOLE]
    whole = {layer.bottoms[WHOLE[layer.type][0]]: WHOLE[layer.type][1] for layer in readers}
    feed = {blob: torch.randn(shape, generator=generator) for blob, shape in shapes.items()}
    for blob in feed.keys() & whole.keys():
        feed[blob].random_(0, whole[blob] + 1, generator=generator)
    device = next((parameter.device for parameter in net.parameters()), torch.device("cpu"))
    return {blob: x.to(device) for blob, x in feed.items()}


def _shapes(net: CaffeNet, sizes: Sizes | None) -> Iterator[dict[str, Shape]]:
    """The shapes of the inputs, run by run."""
    images = [shape for shape in net.input_shapes.values() if len(shape) == 4] or [(1, 1, 0, 0)]
    _, _, height, width = images[0]
    others = [(height + 1, width + 3), (height // 2 + 1, width // 2)]
    for index, (h, w) in enumerate(sizes or [(height, width), *others]):
        yield {
            blob: _resized(shape, index % 2, h - height, w - width)
            for blob, shape in net.input_shapes.items()
        }


def _resized(shape: Shape, more: int, taller: int, wider: int) -> Shape:
    if len(shape) != 4:
        return shape
    batch, channels, height, width = shape
    return (batch + more, channels, max(height + taller, 1), max(width + wider, 1))
