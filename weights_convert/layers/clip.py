"""Caffe `Clip`: x, but not less than `min` nor more than `max`.

Shape   any -> the same
Errors  ConvertError without min or max, which have no default.
Source  BVLC/caffe src/caffe/layers/clip_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

CLIP = {"min": Float(), "max": Float()}


class Clip(CaffeLayer):
    params = {"clip_param": CLIP}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("clip_param", CLIP)
        if lacking := [name for name in CLIP if name not in fields.given]:
            raise ConvertError(f"clip_param lacks {' and '.join(lacking)}, expected min and max")
        self.min, self.max = fields.min, fields.max

    def forward(self, x: Tensor) -> Tensor:
        # Caffe: of a min above max the min counts, and the gradient passes at both ends; of clamp
        # neither is sure.
        top = x.masked_fill(x > self.max, self.max)
        return top.masked_fill(top < self.min, self.min)
