"""Caffe `Log`: the logarithm of shift + scale x to `base`; base -1 is e.

Shape   any -> the same
Errors  ConvertError for a base that is neither -1 nor positive, finite and other than 1.
Source  BVLC/caffe src/caffe/layers/log_layer.cpp.
"""

from math import log
from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Float
from .exp import base_of

if TYPE_CHECKING:
    from ..graph import Layer

LOG = {"base": Float(-1.0), "scale": Float(1.0), "shift": Float(0.0)}


class Log(CaffeLayer):
    params = {"log_param": LOG}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("log_param", LOG)
        if fields.base == 1:
            raise ConvertError("log_param: base 1, expected another: its logarithm is 0")
        self.outer = 1 / log(base_of("log_param", fields.base))
        self.scale, self.shift = fields.scale, fields.shift

    def forward(self, x: Tensor) -> Tensor:
        x = x if self.scale == 1 else self.scale * x
        top = (x + self.shift if self.shift else x).log()
        return top if self.outer == 1 else self.outer * top
