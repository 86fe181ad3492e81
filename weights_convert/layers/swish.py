"""Caffe `Swish`: x sigmoid(beta x).

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/swish_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

SWISH = {"beta": Float(1.0)}


class Swish(CaffeLayer):
    params = {"swish_param": SWISH}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.beta = layer.fields("swish_param", SWISH).beta

    def forward(self, x: Tensor) -> Tensor:
        return x * (self.beta * x).sigmoid()
