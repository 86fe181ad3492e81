"""Caffe `Softmax` over one axis.

Shape   any -> the same
Errors  ShapeError for an axis outside the bottom.
Source  BVLC/caffe src/caffe/layers/softmax_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..fields import Enum, Int32

if TYPE_CHECKING:
    from ..graph import Layer

SOFTMAX = {
    "engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT"),
    "axis": Int32(1),
}


class Softmax(CaffeLayer):
    params = {"softmax_param": SOFTMAX}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        axis = layer.fields("softmax_param", SOFTMAX).axis
        self.axis = canonical("softmax_param: axis", axis, shapes[0])

    def forward(self, x: Tensor) -> Tensor:
        return x.softmax(self.axis)
