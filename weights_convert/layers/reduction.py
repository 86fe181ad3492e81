"""Caffe `Reduction`: what lies from `axis` on as one number, e.g. its sum.

Shape   e.g. axis 1: (N, C, H, W) -> (N); axis 0: any -> ()
Units   SUM, MEAN, ASUM (of absolute values) or SUMSQ (of squares), times coeff
Errors  ShapeError for an axis outside the bottom.
Source  BVLC/caffe src/caffe/layers/reduction_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..fields import Enum, Float, Int32

if TYPE_CHECKING:
    from ..graph import Layer

REDUCTION = {
    "operation": Enum({"SUM": 1, "ASUM": 2, "SUMSQ": 3, "MEAN": 4}, "SUM"),
    "axis": Int32(0),
    "coeff": Float(1.0),
}
OPERATIONS = {
    "SUM": lambda rows: rows.sum(-1),
    "ASUM": lambda rows: rows.abs().sum(-1),
    "SUMSQ": lambda rows: rows.square().sum(-1),
    "MEAN": lambda rows: rows.mean(-1),
}


class Reduction(CaffeLayer):
    params = {"reduction_param": REDUCTION}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("reduction_param", REDUCTION)
        self.axis = canonical("reduction_param: axis", fields.axis, shapes[0])
        self.operation, self.coeff = OPERATIONS[fields.operation], fields.coeff

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        return [shapes[0][: self.axis]]

    def forward(self, x: Tensor) -> Tensor:
        return self.operation(x.flatten(self.axis)) * self.coeff
