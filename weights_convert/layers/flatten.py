"""Caffe `Flatten`: the axes from `axis` to `end_axis` as one.

Shape   by default (N, C, H, W) -> (N, C H W)
Errors  ShapeError for axes outside the bottom or in the wrong order; ConvertError in place.
Source  BVLC/caffe src/caffe/layers/flatten_layer.cpp.
"""

from math import prod
from typing import TYPE_CHECKING

from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import ShapeError
from ..fields import Int32
from ..inplace import refuse_in_place

if TYPE_CHECKING:
    from ..graph import Layer

FLATTEN = {"axis": Int32(1), "end_axis": Int32(-1)}


class Flatten(CaffeLayer):
    params = {"flatten_param": FLATTEN}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        refuse_in_place(layer)
        fields = layer.fields("flatten_param", FLATTEN)
        self.begin = canonical("flatten_param: axis", fields.axis, shapes[0])
        self.end = canonical("flatten_param: end_axis", fields.end_axis, shapes[0]) + 1
        if self.begin > self.end:
            raise ShapeError(
                f"flatten_param: end_axis {fields.end_axis} of a bottom of shape {shapes[0]}, "
                f"expected it from axis {self.begin} on"
            )

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        # Caffe: an end_axis just before axis puts an axis of size 1 between them.
        flat = prod(shape[self.begin : self.end])
        return [(*shape[: self.begin], flat, *shape[self.end :])]

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(*self.reshape([tuple(x.shape)]))
