"""Caffe `TanH`: the hyperbolic tangent.

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/tanh_layer.cpp.
"""

from torch import Tensor

from ..caffelayer import CaffeLayer
from ..fields import Enum

TANH = {"engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT")}


class TanH(CaffeLayer):
    params = {"tanh_param": TANH}

    def forward(self, x: Tensor) -> Tensor:
        return x.tanh()
