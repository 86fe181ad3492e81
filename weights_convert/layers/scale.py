"""Caffe `Scale`: multiply by a parameter, or a second bottom, from `axis` on; add a bias if asked.

Shape   any, the second of the first's sizes from `axis` on -> as the first
Blobs   with one bottom, weight, of the bottom's sizes from `axis` over `num_axes` axes (-1: all),
        without filler it begins as 1; bias, of the same shape or the second bottom's, if bias_term
Errors  ShapeError for an axis outside the bottom, or sizes that do not fit.
Source  BVLC/caffe src/caffe/layers/scale_layer.cpp (LayerSetUp, Reshape).
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..fields import Bool, Int32, Nested
from ..filler import FILLER
from .bias import check_lies, covered, first_axis, laid

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
    allocates = True
    begins = 1.0

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("scale_param", SCALE)
        learned = len(shapes) == 1
        shape = covered("scale_param", fields, shapes[0]) if learned else shapes[1]
        self.begin = first_axis("scale_param", fields.axis, shapes[0], shape)
        self.weight = self.empty_parameter(*shape) if learned else None
        self.bias = self.empty_parameter(*shape) if fields.bias_term else None

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        for other in shapes[1:]:
            check_lies("second bottom", self.begin, shapes[0], other)
        for what, blob in (("weight", self.weight), ("bias", self.bias)):
            if blob is not None:
                check_lies(what, self.begin, shapes[0], tuple(blob.shape))
        return shapes[:1]

    def forward(self, x: Tensor, second: Tensor | None = None) -> Tensor:
        top = x * laid(self.weight if second is None else second, self.begin, x)
        return top if self.bias is None else top + laid(self.bias, self.begin, x)
