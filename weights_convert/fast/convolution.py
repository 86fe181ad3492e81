"""The ways in which a convolution is computed: each is called with a bottom and its Borders.

product    a 1 x 1 kernel is a product of matrices
winograd   fewer multiplications, on the CPU in float32, where there are channels enough to pay
strided    a stride over few channels as a convolution of stride 1 over more, on the CPU
direct     PyTorch's own, in channels_last
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from ..layers.convolution import Convolution
from . import borders, crew, strided
from .borders import Borders
from .strided import Strided
from .winograd import Winograd
from .workspace import Workspace

Way = Callable[[Tensor, Borders], Tensor]
CHANNELS = {3: 64, 5: 48, 6: 64, 7: 64}  # from which Winograd's transforms cost less than it saves
BIG = 1 << 30  # rows or channels: as few parts as there can be


@dataclass(frozen=True)
class Settings:
    """Of all layers; see `engine.fold`."""

    dtype: torch.dtype
    winograd: bool
    prepared: bool
    workspace: Workspace


def named(module: Convolution, settings: Settings) -> str:
    """Which way `module` goes."""
    if _is_product(module):
        return "product"
    if module.weight.device.type != "cpu" or settings.dtype != torch.float32:
        return "direct"
    if strided.suits(module):
        return "strided"
    return "winograd" if settings.winograd and _suits_winograd(module) else "direct"


def way(module: Convolution, name: str, relu: bool, settings: Settings) -> Way:
    """The way `name` to compute `module`, and the ReLU after it."""
    if name == "winograd":
        return _Groups(module, relu, settings)
    others = {"product": _Product, "strided": Strided, "direct": _Direct}
    return others[name](module, relu, settings)


def _is_product(module: Convolution) -> bool:
    plain = module.stride == (1, 1) and module.pad == (0, 0) and module.group == 1
    return plain and module.kernel == (1, 1)


def _suits_winograd(module: Convolution) -> bool:
    plain = module.stride == module.dilation == (1, 1)
    square = module.kernel[0] == module.kernel[1] and module.kernel[0] in CHANNELS
    if not (plain and square):
        return False
    channels_out, channels = module.weight.shape[:2]
    return min(channels_out // module.group, channels) >= CHANNELS[module.kernel[0]]


class _Groups:
    """Each group of channels by Winograd's filtering."""

    def __init__(self, module: Convolution, relu: bool, settings: Settings):
        weights = module.weight.detach().chunk(module.group)
        biases = [None] * module.group
        if module.bias is not None:
            biases = module.bias.detach().chunk(module.group)
        pairs = zip(weights, biases, strict=True)
        work, prepared = settings.workspace, settings.prepared
        self.workspace = work
        self.groups = [Winograd(weight, bias, relu, work, prepared) for weight, bias in pairs]

    def __call__(self, x: Tensor, around: Borders) -> Tensor:
        first, count = self.groups[0], len(self.groups)
        *size, channels = first.shape(x, around)
        out = self.workspace.like(x, *size, count * channels)
        parts = list(zip(self.groups, x.chunk(count, 1), out.chunk(count, 3), strict=True))

        def compute(part: tuple[Winograd, Tensor, Tensor]) -> None:
            group, bottom, top = part
            group.into(top, bottom, around)

        if _at_once(count, crew.size()):
            crew.each(compute, parts)
        else:
            for part in parts:
                compute(part)
        return out.permute(0, 3, 1, 2)

    def needed(self, top: tuple[int, int, int], threads: int) -> int:
        """Groups that are not computed at once take the same memory, one after the other."""
        if _at_once(len(self.groups), threads):
            return threads * self.groups[0].needed(top, 1)
        return self.groups[0].needed(top, threads)


def _at_once(groups: int, threads: int) -> bool:
    """Whether each thread computes whole groups: then none waits for another within them."""
    return groups > 1 and groups % threads == 0


class _Product:
    def __init__(self, module: Convolution, relu: bool, settings: Settings):
        dtype, self.workspace = settings.dtype, settings.workspace
        self.weight = module.weight.detach().to(dtype).flatten(1).t()
        self.bias = None if module.bias is None else module.bias.detach().to(dtype)
        self.relu = relu

    def __call__(self, x: Tensor, _: Borders) -> Tensor:
        batch, channels, height, width = x.shape
        rows = x.permute(0, 2, 3, 1).reshape(-1, channels).to(self.weight.dtype)
        top = self.workspace.like(rows, len(rows), self.weight.shape[1])
        # Each thread reads the smaller of the two as a whole.
        axis = 0 if top.shape[0] > top.shape[1] else 1
        crew.each(partial(self._compute, rows, top, axis), crew.cuts(top.shape[axis], BIG))
        return top.view(batch, height, width, -1).permute(0, 3, 1, 2)

    def _compute(self, rows: Tensor, top: Tensor, axis: int, span: crew.Span) -> None:
        weight, bias = self.weight, self.bias
        if axis == 0:
            rows = rows[slice(*span)]
        else:
            weight, bias = weight[:, slice(*span)], None if bias is None else bias[slice(*span)]
        part = top.narrow(axis, span[0], span[1] - span[0])
        if bias is None:
            torch.mm(rows, weight, out=part)
        else:
            torch.addmm(bias, rows, weight, out=part)
        if self.relu:
            part.relu_()


class _Direct:
    def __init__(self, module: Convolution, relu: bool, settings: Settings):
        dtype, memory_format = settings.dtype, torch.channels_last
        self.weight = module.weight.detach().to(dtype, memory_format=memory_format)
        self.bias = None if module.bias is None else module.bias.detach().to(dtype)
        self.stride, self.dilation, self.group = module.stride, module.dilation, module.group
        self.relu = relu

    def __call__(self, x: Tensor, around: Borders) -> Tensor:
        pad, rest = borders.split(around)
        x = borders.padded(x.to(self.weight.dtype), rest)
        top = F.conv2d(x, self.weight, self.bias, self.stride, pad, self.dilation, self.group)
        return top.relu_() if self.relu else top
