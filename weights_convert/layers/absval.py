"""Caffe `AbsVal`: the absolute value; the gradient at 0 is 0.

Shape   any -> the same
Errors  ConvertError in place.
Source  BVLC/caffe src/caffe/layers/absval_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..inplace import refuse_in_place

if TYPE_CHECKING:
    from ..graph import Layer


class AbsVal(CaffeLayer):
    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        refuse_in_place(layer)

    def forward(self, x: Tensor) -> Tensor:
        return x.abs()
