"""Caffe `PReLU`: x where x > 0, else x times a learned slope.

Shape   (N, C, ...) -> the same
Blobs   weight (C), or () with channel_shared; without filler it begins as 0.25
Errors  ShapeError for a bottom without channels.
Source  BVLC/caffe src/caffe/layers/prelu_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ShapeError
from ..fields import Bool, Nested
from ..filler import FILLER

if TYPE_CHECKING:
    from ..graph import Layer

PRELU = {"filler": Nested(FILLER), "channel_shared": Bool(False)}


class PReLU(CaffeLayer):
    params = {"prelu_param": PRELU}
    begins = 0.25

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        if len(shapes[0]) < 2:
            raise ShapeError(f"a bottom of shape {shapes[0]}, expected (N, C, ...)")
        shared = layer.fields("prelu_param", PRELU).channel_shared
        self.weight = self.empty_parameter(*(() if shared else shapes[0][1:2]))

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        if self.weight.dim() and shapes[0][1] != len(self.weight):
            raise ShapeError(f"a bottom of {shapes[0][1]} channels, {len(self.weight)} slopes")
        return shapes[:1]

    def forward(self, x: Tensor) -> Tensor:
        return F.prelu(x, self.weight)
