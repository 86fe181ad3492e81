"""Caffe `ArgMax`: where the `top_k` largest values are, along `axis` or over each whole item.

Shape   with axis, any -> the same with top_k along it: indices, or the values with out_max_val;
        without, (N, ...) -> (N, 1, top_k, 1 ...): indices of the flat item, and after them, as
        (N, 2, top_k, 1 ...), the values with out_max_val.  At least three axes
Units   indices are float32 numbers from 0, the largest value first; no gradient
Errors  ConvertError for top_k 0 or in place; ShapeError for a top_k beyond the number of values.
Source  BVLC/caffe src/caffe/layers/argmax_layer.cpp.
"""

from math import prod
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Bool, Int32, UInt32
from ..inplace import refuse_in_place

if TYPE_CHECKING:
    from ..graph import Layer

ARGMAX = {"out_max_val": Bool(False), "top_k": UInt32(1), "axis": Int32()}


class ArgMax(CaffeLayer):
    params = {"argmax_param": ARGMAX}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        refuse_in_place(layer)
        fields = layer.fields("argmax_param", ARGMAX)
        self.top_k, self.out_max_val, self.axis = fields.top_k, fields.out_max_val, None
        if fields.top_k < 1:
            raise ConvertError(f"argmax_param: top_k {fields.top_k}, expected at least 1")
        if fields.axis is not None:
            self.axis = canonical("argmax_param: axis", fields.axis, shapes[0])
        elif not shapes[0]:
            raise ShapeError("a bottom without axes, expected (N, ...)")

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        values = prod(shape[1:]) if self.axis is None else shape[self.axis]
        if self.top_k > values:
            raise ShapeError(f"argmax_param: top_k {self.top_k}, expected at most {values}")
        if self.axis is not None:
            return [(*shape[: self.axis], self.top_k, *shape[self.axis + 1 :])]
        return [(shape[0], 1 + self.out_max_val, self.top_k, *(1,) * (len(shape) - 3))]

    def forward(self, x: Tensor) -> Tensor:
        [shape] = self.reshape([tuple(x.shape)])
        if self.axis is not None:
            return _largest(x.detach(), self.axis, self.top_k)[1 if self.out_max_val else 0]
        largest = _largest(x.detach().reshape(len(x), -1), 1, self.top_k)
        return torch.stack(largest[: 1 + self.out_max_val], 1).view(shape)


def _largest(x: Tensor, axis: int, count: int) -> tuple[Tensor, Tensor]:
    """Indices, as numbers of x's type, and values of the `count` largest along `axis`."""
    # Caffe: of equal values the last comes first; PyTorch's topk leaves that open.
    values, order = x.flip(axis).sort(dim=axis, descending=True, stable=True)
    indices = (x.shape[axis] - 1 - order).to(x.dtype)
    return indices.narrow(axis, 0, count), values.narrow(axis, 0, count)
