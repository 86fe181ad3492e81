"""Caffe `Exp`: base ^ (shift + scale x); base -1 is e.

Shape   any -> the same
Errors  ConvertError for a base that is neither -1 nor positive and finite.
Source  BVLC/caffe src/caffe/layers/exp_layer.cpp.
"""

from math import e, inf, log
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

EXP = {"base": Float(-1.0), "scale": Float(1.0), "shift": Float(0.0)}


def base_of(message: str, base: float) -> float:
    """The base that field `base` of `message` means.  Raises ConvertError if Caffe has none such.

    >>> base_of("exp_param", 2.0)
    2.0
    """
    if base != -1 and not 0 < base < inf:
        raise ConvertError(f"{message}: base {base}, expected more than 0, or -1, which is e")
    return e if base == -1 else base


class Exp(CaffeLayer):
    params = {"exp_param": EXP}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("exp_param", EXP)
        base = base_of("exp_param", fields.base)
        self.inner = log(base) * fields.scale
        self.outer = torch.tensor(base, dtype=torch.float64).pow(fields.shift).item()

    def forward(self, x: Tensor) -> Tensor:
        # Caffe: base ^ shift is a factor, which a large shift makes infinite.
        top = (x if self.inner == 1 else self.inner * x).exp()
        return top if self.outer == 1 else self.outer * top
