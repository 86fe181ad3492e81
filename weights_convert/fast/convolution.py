"""The ways in which a convolution is computed: each is called with a bottom and its Borders.

product    a 1 x 1 kernel is a product of matrices
winograd   fewer multiplications, on the CPU in float32, where there are channels enough to pay
direct     PyTorch's own, in channels_last
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ..layers.convolution import Convolution
from . import borders
from .borders import Borders
from .winograd import Winograd
from .workspace import Workspace

Way = Callable[[Tensor, Borders], Tensor]
CHANNELS = 128  # from which Winograd's transforms cost less than it saves
TAPS = (3, 5, 6, 7)


def named(module: Convolution, dtype: torch.dtype, winograd: bool) -> str:
    """Which way `module` goes."""
    if _is_product(module):
        return "product"
    cpu = module.weight.device.type == "cpu" and dtype == torch.float32
    return "winograd" if winograd and cpu and _suits_winograd(module) else "direct"


def way(module: Convolution, name: str, relu: bool, dtype: torch.dtype, work: Workspace) -> Way:
    """The way `name` to compute `module`, and the ReLU after it, in `dtype`."""
    if name == "winograd":
        bias = None if module.bias is None else module.bias.detach()
        return Winograd(module.weight, bias, relu, work)
    return (_Product if name == "product" else _Direct)(module, relu, dtype)


def _is_product(module: Convolution) -> bool:
    plain = module.stride == (1, 1) and module.pad == (0, 0) and module.group == 1
    return plain and module.kernel == (1, 1)


def _suits_winograd(module: Convolution) -> bool:
    plain = module.stride == module.dilation == (1, 1) and module.group == 1
    square = module.kernel[0] == module.kernel[1] and module.kernel[0] in TAPS
    return plain and square and min(module.weight.shape[:2]) >= CHANNELS


class _Product:
    def __init__(self, module: Convolution, relu: bool, dtype: torch.dtype):
        self.weight = module.weight.detach().to(dtype).flatten(1).t()
        self.bias = None if module.bias is None else module.bias.detach().to(dtype)
        self.relu = relu

    def __call__(self, x: Tensor, _: Borders) -> Tensor:
        batch, channels, height, width = x.shape
        rows = x.permute(0, 2, 3, 1).reshape(-1, channels)
        plain = self.bias is None
        top = rows @ self.weight if plain else torch.addmm(self.bias, rows, self.weight)
        top = top.relu_() if self.relu else top
        return top.view(batch, height, width, -1).permute(0, 3, 1, 2)


class _Direct:
    def __init__(self, module: Convolution, relu: bool, dtype: torch.dtype):
        memory_format = torch.channels_last
        self.weight = module.weight.detach().to(dtype, memory_format=memory_format)
        self.bias = None if module.bias is None else module.bias.detach().to(dtype)
        self.stride, self.dilation, self.group = module.stride, module.dilation, module.group
        self.relu = relu

    def __call__(self, x: Tensor, around: Borders) -> Tensor:
        pad, rest = borders.split(around)
        x = borders.padded(x, rest)
        top = F.conv2d(x, self.weight, self.bias, self.stride, pad, self.dilation, self.group)
        return top.relu_() if self.relu else top
