"""Caffe `ReLU`, with `negative_slope`.

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/relu_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..fields import Enum, Float

if TYPE_CHECKING:
    from ..graph import Layer

RELU = {
    "negative_slope": Float(0.0),
    "engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT"),
}


class ReLU(CaffeLayer):
    params = {"relu_param": RELU}
    overwrite = False  # set by CaffeNet where the bottom is nobody else's memory

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.negative_slope = layer.fields("relu_param", RELU).negative_slope

    def forward(self, x: Tensor) -> Tensor:
        if self.negative_slope:
            return F.leaky_relu(x, self.negative_slope, inplace=self.overwrite)
        return F.relu(x, inplace=self.overwrite)
