"""Caffe `Slice`: a bottom cut along an axis, at `slice_point` or else into equal parts.

Shape   e.g. axis 1, slice_point 1 and 4: (N, 7, H, W) -> (N, 1, H, W), (N, 3, H, W), (N, 3, H, W)
Units   slice_point is where a top but the first begins, an index along the axis
Errors  ConvertError for a wrong number of slice_point, or both axis fields; ShapeError for points
        that do not rise or leave the bottom, or parts that are not equal.
Source  BVLC/caffe src/caffe/layers/slice_layer.cpp.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Int32, Repeated, UInt32
from .concat import chosen_axis

if TYPE_CHECKING:
    from ..graph import Layer

SLICE = {"axis": Int32(1), "slice_point": Repeated(UInt32()), "slice_dim": UInt32(1)}


class Slice(CaffeLayer):
    params = {"slice_param": SLICE}
    tops = (1, None)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("slice_param", SLICE)
        self.axis = chosen_axis("slice_param", fields, "slice_dim", shapes[0])
        self.points, self.count = fields.slice_point, len(layer.tops)
        if self.points and len(self.points) != self.count - 1:
            raise ConvertError(
                f"slice_param: {len(self.points)} slice_point for {self.count} tops, "
                f"expected {self.count - 1}"
            )

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        sizes = self.sizes(shape[self.axis])
        return [(*shape[: self.axis], size, *shape[self.axis + 1 :]) for size in sizes]

    def sizes(self, size: int) -> list[int]:
        """How much of the axis, which has `size`, each top gets."""
        if not self.points:
            if size % self.count:
                raise ShapeError(f"slice_param: {self.count} tops do not divide {size} evenly")
            return [size // self.count] * self.count
        sizes = [end - start for start, end in pairwise((0, *self.points, size))]
        # Caffe: the last top may be empty, though the tops must not be more than `size`.
        if min(sizes[:-1]) < 1 or sizes[-1] < 0 or self.count > size:
            raise ShapeError(f"slice_param: slice_point {self.points} of {size}, expected rising")
        return sizes

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return x.split(self.sizes(x.shape[self.axis]), self.axis)
