"""Caffe `Scale` with one bottom: multiply by a parameter along `axis`, add a bias if asked.

Shape   any -> the same
Blobs   weight, of the bottom's sizes from `axis` over `num_axes` axes; bias likewise if bias_term
Errors  ShapeError for an axis outside the bottom; UnsupportedError for the form with two bottoms.
Source  BVLC/caffe src/caffe/layers/scale_layer.cpp (LayerSetUp, Reshape).
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ShapeError, UnsupportedError
from ..fields import Bool, Int32, Nested
from ..filler import FILLER

if TYPE_CHECKING:
    from ..graph import Layer

SCALE = {
    "axis": Int32(1),
    "num_axes": Int32(1),
    "filler": Nested(FILLER),
    "bias_term": Bool(False),
    "bias_filler": Nested(FILLER),
}


class Scale(CaffeLayer):
    params = {"scale_param": SCALE}
    bottoms = (1, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields, axes = layer.fields("scale_param", SCALE), len(shapes[0])
        if len(shapes) > 1:
            raise UnsupportedError("Scale with two bottoms, only one bottom is supported")
        if not -axes <= fields.axis < axes:
            raise ShapeError(f"scale_param: axis {fields.axis} of a bottom of shape {shapes[0]}")
        begin = fields.axis % axes
        end = axes if fields.num_axes == -1 else begin + fields.num_axes
        if not begin <= end <= axes:
            raise ShapeError(f"scale_param: num_axes {fields.num_axes} from axis {begin} of {axes}")
        shape = shapes[0][begin:end]
        self.begin, self.trailing = begin, (1,) * (axes - end)
        self.weight = self.empty_parameter(*shape)
        self.bias = self.empty_parameter(*shape) if fields.bias_term else None

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        found = shapes[0][self.begin : len(shapes[0]) - len(self.trailing)]
        if found != tuple(self.weight.shape):
            raise ShapeError(f"a bottom of {found}, its weight is of {tuple(self.weight.shape)}")
        return shapes[:1]

    def forward(self, x: Tensor) -> Tensor:
        top = x * self.weight.view(*self.weight.shape, *self.trailing)
        if self.bias is None:
            return top
        return top + self.bias.view(*self.bias.shape, *self.trailing)
