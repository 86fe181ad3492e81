"""Caffe `Split`: one bottom as several tops, whose gradients add up.

Shape   any -> the same, once for each top; all share the bottom's memory
Errors  ConvertError in place.
Source  BVLC/caffe src/caffe/layers/split_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..inplace import refuse_in_place

if TYPE_CHECKING:
    from ..graph import Layer


class Split(CaffeLayer):
    tops = (1, None)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        refuse_in_place(layer)
        self.count = len(layer.tops)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        return shapes * self.count

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return (x,) * self.count
