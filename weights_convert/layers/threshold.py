"""Caffe `Threshold`: 1 where x > threshold, else 0; without gradient.

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/threshold_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

THRESHOLD = {"threshold": Float(0.0)}


class Threshold(CaffeLayer):
    params = {"threshold_param": THRESHOLD}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.threshold = layer.fields("threshold_param", THRESHOLD).threshold

    def forward(self, x: Tensor) -> Tensor:
        return (x > self.threshold).to(x.dtype)
