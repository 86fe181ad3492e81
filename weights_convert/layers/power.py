"""Caffe `Power`: (shift + scale x) ^ power.

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/power_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from ..caffelayer import CaffeLayer, Shape
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

POWER = {"power": Float(1.0), "scale": Float(1.0), "shift": Float(0.0)}


class Power(CaffeLayer):
    params = {"power_param": POWER}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("power_param", POWER)
        self.power, self.scale, self.shift = fields.power, fields.scale, fields.shift

    def forward(self, x: Tensor) -> Tensor:
        if not self.power * self.scale:
            # Caffe: the top does not depend on x then, not even on its NaNs, and passes 0 down.
            value = torch.tensor(self.shift, dtype=torch.float64).pow(self.power)
            return x.masked_fill(torch.tensor(True, device=x.device), value.item())
        base = x if self.scale == 1 else self.scale * x
        base = base + self.shift if self.shift else base
        if self.power in (1, 2):
            return base if self.power == 1 else base * base
        return _Raised.apply(base, self.power)


class _Raised(torch.autograd.Function):
    """base ^ power."""

    @staticmethod
    def forward(ctx: FunctionCtx, base: Tensor, power: float) -> Tensor:
        top = base.pow(power)
        ctx.save_for_backward(base, top)
        ctx.power = power
        return top

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        # Caffe: power top / base, which is NaN where base is 0; PyTorch has power base ^ (power-1).
        base, top = ctx.saved_tensors
        return gradient * (ctx.power * (top / base)), None
