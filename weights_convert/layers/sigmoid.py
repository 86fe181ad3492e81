"""Caffe `Sigmoid`: 1 / (1 + exp(-x)).

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/sigmoid_layer.cpp.
"""

from torch import Tensor

from ..caffelayer import CaffeLayer
from ..fields import Enum

SIGMOID = {"engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT")}


class Sigmoid(CaffeLayer):
    params = {"sigmoid_param": SIGMOID}

    def forward(self, x: Tensor) -> Tensor:
        return x.sigmoid()
