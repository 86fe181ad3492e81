"""Caffe `Parameter`: a parameter as a top.

Shape   -> `shape`
Blobs   weight, of `shape`; it begins as 0, there being no filler
Source  BVLC/caffe include/caffe/layers/parameter_layer.hpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..fields import Nested
from ..netparameter import SHAPE

if TYPE_CHECKING:
    from ..graph import Layer

PARAMETER = {"shape": Nested(SHAPE)}


class Parameter(CaffeLayer):
    params = {"parameter_param": PARAMETER}
    bottoms = (0, 0)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        stated = layer.fields("parameter_param", PARAMETER).shape
        self.weight = self.empty_parameter(*(stated.dim if stated else ()))

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        return [tuple(self.weight.shape)]

    def forward(self) -> Tensor:
        return self.weight
