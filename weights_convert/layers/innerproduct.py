"""Caffe `InnerProduct`: all axes from `axis` on, flattened, times a matrix; plus a bias if asked.

Shape   by default (N, C, H, W) -> (N, num_output)
Blobs   weight (num_output, C H W), the other way round with `transpose`; bias (num_output) if
        bias_term
Errors  ConvertError without num_output; ShapeError for an axis outside the bottom, and for a
        bottom of another size than the weight's.
Source  BVLC/caffe src/caffe/layers/inner_product_layer.cpp.
"""

from math import prod
from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Bool, Int32, Nested, UInt32
from ..filler import FILLER

if TYPE_CHECKING:
    from ..graph import Layer

INNER_PRODUCT = {
    "num_output": UInt32(0),
    "bias_term": Bool(True),
    "weight_filler": Nested(FILLER),
    "bias_filler": Nested(FILLER),
    "axis": Int32(1),
    "transpose": Bool(False),
}


class InnerProduct(CaffeLayer):
    params = {"inner_product_param": INNER_PRODUCT}
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("inner_product_param", INNER_PRODUCT)
        if fields.num_output < 1:
            raise ConvertError("inner_product_param lacks num_output, expected at least 1")
        self.axis = canonical("inner_product_param: axis", fields.axis, shapes[0])
        self.num_output, self.transpose = fields.num_output, fields.transpose
        self.inputs = prod(shapes[0][self.axis :])
        sizes = (self.num_output, self.inputs)
        self.weight = self.empty_parameter(*(sizes[::-1] if self.transpose else sizes))
        self.bias = self.empty_parameter(self.num_output) if fields.bias_term else None

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        if prod(shape[self.axis :]) != self.inputs:
            # Caffe: CHECK fails; such a net takes images of one size only.
            raise ShapeError(
                f"a bottom of shape {shape}, its weight takes {self.inputs} numbers "
                f"from axis {self.axis} on"
            )
        return [(*shape[: self.axis], self.num_output)]

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(
            x.flatten(self.axis), self.weight.t() if self.transpose else self.weight, self.bias
        )
