"""Caffe `BatchReindex`: the items of the first bottom that the second names, as often as it does.

Shape   (N, ...), (n) -> (n, ...)
Errors  ShapeError for a second bottom of several axes; ConvertError for a number that names no
        item.
Source  BVLC/caffe src/caffe/layers/batch_reindex_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError

if TYPE_CHECKING:
    from ..graph import Layer


class BatchReindex(CaffeLayer):
    bottoms = (2, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.where = f"layer {layer.name!r}"

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        shape, named = shapes
        if len(named) != 1 or not shape:
            raise ShapeError(f"bottoms of shapes {shape} and {named}, expected (N, ...) and (n,)")
        return [(*named, *shape[1:])]

    def forward(self, x: Tensor, named: Tensor) -> Tensor:
        if wrong := named[~((named >= 0) & (named < len(x)))].tolist():
            raise ConvertError(
                f"{self.where}: item {wrong[0]}, expected from 0 to less than {len(x)}"
            )
        return x[named.long()]  # Caffe: towards 0
