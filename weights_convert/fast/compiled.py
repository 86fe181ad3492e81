"""The layers of a net as operations on what is stored of their blobs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ..caffelayer import CaffeLayer
from ..graph import Layer
from ..layers.convolution import Convolution
from ..layers.deconvolution import Deconvolution
from ..layers.dropout import Dropout
from ..layers.lrn import LRN
from ..layers.pooling import Pooling
from ..layers.relu import ReLU
from ..net import CaffeNet
from . import convolution, kinds, learned, normalization, upsampling
from .normalization import Normalization


@dataclass
class Operation:
    """A layer: what it is called in a report, and how it is computed where not by its module.

    way: of a convolution.  filters: of an upsampling that has them; learned: whether it has other
    kernels.  instead: of the module.  skip: it does nothing, as its ReLU is computed with the
    convolution before it.  last: blobs that are not needed after it.
    """

    layer: Layer
    module: CaffeLayer
    name: str = "plain"
    way: convolution.Way | None = None
    filters: upsampling.Filters | None = None
    learned: bool = False
    instead: Normalization | None = None
    skip: bool = False
    last: tuple[str, ...] = ()

    @property
    def slides(self) -> bool:
        """Whether strips of its top can be computed from strips of its bottom."""
        if self.skip or self.way:
            return True
        if isinstance(self.module, Pooling):
            return _pools_strips(self.module)
        return kinds.is_pointwise(self.layer, self.module)

    def by_module(self, *bottoms: Tensor) -> list[Tensor]:
        """The tops that the module computes, in the type of the bottoms.

        In float32 where that has parameters, which are of this type, and on the CPU, for which
        PyTorch has not every layer in others.
        """
        dtype = bottoms[0].dtype if bottoms else torch.float32
        cpu = bool(bottoms) and bottoms[0].device.type == "cpu"
        if dtype == torch.float32 or not (cpu or next(self.module.parameters(), None) is not None):
            return _listed(self.module(*bottoms))
        return [x.to(dtype) for x in _listed(self.module(*(x.float() for x in bottoms)))]

    @property
    def lazy(self) -> bool:
        """Whether the top is computed when it is asked for, and as far as it is."""
        return bool(self.filters) or self.learned

    @property
    def divides(self) -> bool:
        """Whether it shares itself out to threads."""
        return self.name in ("winograd", "product")


def compiled(net: CaffeNet, settings: convolution.Settings) -> list[Operation]:
    """An Operation for each layer of `net`, in order."""
    operations = [Operation(layer, module) for layer, module in net.steps()]
    for index, operation in enumerate(operations):
        layer, module = operation.layer, operation.module
        if kinds.is_window(layer, module) and isinstance(module, Convolution):
            relu = _relu_after(operations, index)
            operation.name = convolution.named(module, settings)
            operation.way = convolution.way(module, operation.name, bool(relu), settings)
            if relu:
                relu.skip, relu.name = True, f"with {layer.name}"
        elif isinstance(module, Deconvolution) and kinds.is_upsampling(layer, module):
            operation.filters = upsampling.filters_of(module)
            operation.learned = not operation.filters and learned.suits(module)
            if operation.lazy:
                operation.name = "learned" if operation.learned else "separable"
        elif isinstance(module, LRN) and normalization.suits(module):
            operation.instead, operation.name = Normalization(module), "banded"
        elif isinstance(module, Dropout):
            operation.skip, operation.name = True, "identity"
    _mark_last_uses(operations, net)
    return operations


def _listed(tops: Tensor | tuple[Tensor, ...]) -> list[Tensor]:
    return list(tops) if isinstance(tops, tuple) else [tops]


def _relu_after(operations: list[Operation], index: int) -> Operation | None:
    """The ReLU that overwrites the top of operation `index` before anything reads it."""
    blob = operations[index].layer.tops[0]
    for other in operations[index + 1 :]:
        if blob in other.layer.bottoms:
            plain = isinstance(other.module, ReLU) and not other.module.negative_slope
            return other if plain and other.layer.in_place else None
    return None


def _mark_last_uses(operations: list[Operation], net: CaffeNet) -> None:
    """A Crop needs no pixels of what it crops to."""
    seen = set(net.graph.outputs)
    for operation in reversed(operations):
        layer = operation.layer
        read = layer.bottoms[:1] if kinds.is_crop(operation.module) else layer.bottoms
        operation.last = tuple(blob for blob in dict.fromkeys(read) if blob not in seen)
        seen.update(operation.last)


def _pools_strips(module: Pooling) -> bool:
    """Whether no window lies beyond the bottom, so that each strip's windows are Caffe's."""
    covers = all(k >= s for k, s in zip(module.kernel, module.stride, strict=True))
    plain = not (module.average or module.with_mask or module.over_all)
    return plain and module.pad == (0, 0) and covers
