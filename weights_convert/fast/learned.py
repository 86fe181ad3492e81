"""Upsampling by a Deconvolution of any kernels: only what a Crop leaves of it.

Shape   (N, C, H, W) -> (N, K, h, w) as of Deconvolution and Crop
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from ..layers.deconvolution import Deconvolution
from ..window import Pair
from . import crew
from .upsampling import BAND, Upsampled


def suits(module: Deconvolution) -> bool:
    """Whether its kernels leave no gaps, so that every top is of some bottoms."""
    covers = all(k >= s for k, s in zip(module.kernel, module.stride, strict=True))
    return covers and module.dilation == (1, 1)


class Learned(Upsampled):
    """As Upsampled, but computed at once."""

    def __init__(self, x: Tensor, module: Deconvolution, offset: Pair, size: Pair):
        super().__init__(x, module, (), offset, size)

    @property
    def channels(self) -> int:
        return self.module.weight.shape[1] * self.module.group

    def cropped(self, offset: Pair, size: Pair) -> "Learned":
        tall, wide = (a + b for a, b in zip(self.offset, offset, strict=True))
        return Learned(self.x, self.module, (tall, wide), size)

    def scores(self) -> Tensor:
        return crew.together(self._computed)

    def each_band(self, use: Callable[[crew.Span, Tensor], None]) -> None:
        scores = self.scores()
        bands = crew.cuts(self.size[0], BAND)
        crew.each(lambda rows: use(rows, scores[:, :, slice(*rows)]), bands)

    def _computed(self) -> Tensor:
        """The tops of all bottoms that the part depends on, and of them the part."""
        module, x, before = self.module, self.x, []
        for axis in (0, 1):
            kernel, stride = module.kernel[axis], module.stride[axis]
            first = self.offset[axis] + module.pad[axis]
            low = max(0, (first - kernel) // stride + 1)
            high = min((first + self.size[axis] - 1) // stride + 1, x.shape[2 + axis])
            x = x.narrow(2 + axis, low, high - low)
            before.append(first - low * stride)
        top = F.conv_transpose2d(x, module.weight, module.bias, module.stride, 0, 0, module.group)
        (top_row, left), (tall, wide) = before, self.size
        return top[:, :, top_row : top_row + tall, left : left + wide]
