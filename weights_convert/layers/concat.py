"""Caffe `Concat`: bottoms one behind the other along an axis.

Shape   e.g. axis 1: (N, C, H, W), (N, D, H, W) -> (N, C + D, H, W)
Errors  ShapeError for bottoms that differ along another axis; ConvertError for both axis fields.
Source  BVLC/caffe src/caffe/layers/concat_layer.cpp.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Int32, UInt32

if TYPE_CHECKING:
    from ..graph import Layer

CONCAT = {"axis": Int32(1), "concat_dim": UInt32(1)}


def chosen_axis(message: str, fields: SimpleNamespace, old: str, shape: Shape) -> int:
    """The axis that the fields state, as `axis` or, not negative, under its `old` name."""
    if {"axis", old} <= fields.given:
        raise ConvertError(f"{message}: axis together with {old}, expected one of them")
    field = old if old in fields.given else "axis"
    return canonical(f"{message}: {field}", getattr(fields, field), shape)


class Concat(CaffeLayer):
    params = {"concat_param": CONCAT}
    bottoms = (1, None)
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("concat_param", CONCAT)
        self.axis = chosen_axis("concat_param", fields, "concat_dim", shapes[0])

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        before, behind = slice(self.axis), slice(self.axis + 1, None)
        if len({(shape[before], len(shape), shape[behind]) for shape in shapes}) > 1:
            raise ShapeError(
                f"bottoms of shapes {shapes}, expected the same but along axis {self.axis}"
            )
        [first, *_] = shapes
        return [(*first[before], sum(shape[self.axis] for shape in shapes), *first[behind])]

    def forward(self, *bottoms: Tensor) -> Tensor:
        return torch.cat(bottoms, self.axis)
