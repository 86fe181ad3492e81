"""Caffe `Reshape`: the same numbers in another shape.

Shape   `num_axes` axes from `axis` on (-1: all that follow) become the dims of `shape`, where 0 is
        the bottom's own size of that place and -1 whatever is left
Errors  ShapeError for a shape of another number of elements, and axes outside the bottom;
        ConvertError for several -1, a dim below it, and in place.
Source  BVLC/caffe src/caffe/layers/reshape_layer.cpp.
"""

from math import prod
from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Int32, Nested
from ..inplace import refuse_in_place
from ..netparameter import SHAPE

if TYPE_CHECKING:
    from ..graph import Layer

RESHAPE = {"shape": Nested(SHAPE), "axis": Int32(0), "num_axes": Int32(-1)}


class Reshape(CaffeLayer):
    params = {"reshape_param": RESHAPE}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        refuse_in_place(layer)
        fields = layer.fields("reshape_param", RESHAPE)
        self.dims = tuple(fields.shape.dim) if fields.shape else ()
        if self.dims.count(-1) > 1 or min(self.dims, default=0) < -1:
            raise ConvertError(f"reshape_param: shape {self.dims}, expected -1 once at most")
        self.begin, self.end = self._span(fields.axis, fields.num_axes, shapes[0])

    def _span(self, axis: int, num_axes: int, shape: Shape) -> tuple[int, int]:
        """The first axis that is replaced, and the first that is not any more."""
        axes = len(shape)
        # Caffe: -1 is behind the last axis, where new ones may be added.
        begin = axis if axis >= 0 else axis + axes + 1
        end = axes if num_axes == -1 else begin + num_axes
        if not 0 <= begin <= end <= axes:
            raise ShapeError(
                f"reshape_param: axis {axis} and num_axes {num_axes} of a bottom of shape {shape}"
            )
        return begin, end

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        top = [*shape[: self.begin], *self._copied(shape), *shape[self.end :]]
        count, known = prod(shape), prod(dim for dim in top if dim != -1)
        filled = tuple(count // known if dim == -1 and known else dim for dim in top)
        if prod(filled) != count:
            raise ShapeError(
                f"reshape_param: a bottom of shape {shape} as {tuple(top)}, "
                f"expected {count} elements"
            )
        return [filled]

    def _copied(self, shape: Shape) -> list[int]:
        """The dims with the bottom's sizes where they are 0."""
        own = dict(enumerate(shape[self.begin :]))
        if lost := [index for index, dim in enumerate(self.dims) if not dim and index not in own]:
            raise ShapeError(
                f"reshape_param: dim {lost[0]} is 0, but a bottom of shape {shape} has no axis "
                f"{self.begin + lost[0]} to copy"
            )
        return [dim or own[index] for index, dim in enumerate(self.dims)]

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(*self.reshape([tuple(x.shape)]))
