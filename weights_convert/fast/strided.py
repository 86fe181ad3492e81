"""Convolution with a stride over few channels, as one of stride 1 over blocks of pixels.

PyTorch's convolutions compute channels in steps of what a register holds, which three leave nearly
empty.  The pixels of a block of stride x stride become channels of one: the 11 x 11 kernel of
AlexNet's conv1, stride 4, becomes 3 x 3 over 48 channels, with zeros where it does not reach.

Shape   float32 (N, C, H, W) in channels_last -> the same, as of a direct convolution
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ..layers.convolution import Convolution
from .borders import Borders

CHANNELS = 4  # up to which it pays
STRIDES = (4,)  # by 2 the zeros cost more than is won


def suits(module: Convolution) -> bool:
    """Whether `Strided` computes what `module` does, in less time."""
    plain = module.group == 1 and module.dilation == (1, 1) and module.weight.shape[1] <= CHANNELS
    tall, wide = module.stride
    return plain and tall == wide and tall in STRIDES and min(module.kernel) > tall


class Strided:
    """A convolution, and the ReLU after it."""

    def __init__(self, module: Convolution, relu: bool, _settings: object):
        self.stride, self.relu = module.stride[0], relu
        self.kernel, self.bias = module.kernel, module.bias
        self.blocks = tuple(-(-taps // self.stride) for taps in module.kernel)
        weight = module.weight.detach()
        more = [n * self.stride - taps for n, taps in zip(self.blocks, module.kernel, strict=True)]
        weight = F.pad(weight, (0, more[1], 0, more[0]))
        weight = weight.unflatten(3, (-1, self.stride)).unflatten(2, (-1, self.stride))
        weight = weight.permute(0, 3, 5, 1, 2, 4).flatten(1, 3)  # (K, stride stride C, blocks)
        self.weight = weight.contiguous(memory_format=torch.channels_last)

    def __call__(self, x: Tensor, around: Borders) -> Tensor:
        top = F.conv2d(self._blocks(x, around), self.weight, self.bias)
        return top.relu_() if self.relu else top

    def _blocks(self, x: Tensor, around: Borders) -> Tensor:
        """(N, stride stride C, ...): the bottom with its border, as far as the kernel reaches."""
        stride, border, counts = self.stride, [], []
        for size, (before, after), taps, blocks in zip(
            x.shape[2:], around, self.kernel, self.blocks, strict=True
        ):
            counts.append((size + before + after - taps) // stride + blocks)
            border = [before, counts[-1] * stride - size - before, *border]
        x = F.pad(x.permute(0, 2, 3, 1), (0, 0, *border))
        x = x.unflatten(2, (counts[1], stride)).unflatten(1, (counts[0], stride))
        x = x.transpose(2, 3).reshape(len(x), *counts, -1)  # (N, tall, wide, stride stride C)
        return x.permute(0, 3, 1, 2)
