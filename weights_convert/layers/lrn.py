"""Caffe `LRN` across channels: x / (k + alpha / n * sum of n squares) ^ beta.

Shape   (N, C, H, W) -> the same
Errors  ConvertError for an even local_size; UnsupportedError for WITHIN_CHANNEL.
Source  BVLC/caffe src/caffe/layers/lrn_layer.cpp (CrossChannelForward_cpu).
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape, planes
from ..errors import ConvertError, UnsupportedError
from ..fields import Enum, Float, UInt32

if TYPE_CHECKING:
    from ..graph import Layer

LRN_FIELDS = {
    "local_size": UInt32(5),
    "alpha": Float(1.0),
    "beta": Float(0.75),
    "norm_region": Enum({"ACROSS_CHANNELS": 0, "WITHIN_CHANNEL": 1}, "ACROSS_CHANNELS"),
    "k": Float(1.0),
    "engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT"),
}


class LRN(CaffeLayer):
    params = {"lrn_param": LRN_FIELDS}
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        planes(shapes[0])
        fields = layer.fields("lrn_param", LRN_FIELDS)
        if fields.norm_region != "ACROSS_CHANNELS":
            raise UnsupportedError("lrn_param: WITHIN_CHANNEL, only ACROSS_CHANNELS is supported")
        if fields.local_size % 2 == 0:
            raise ConvertError(f"lrn_param: local_size {fields.local_size}, expected an odd number")
        self.size, self.alpha, self.beta, self.k = (
            fields.local_size,
            fields.alpha,
            fields.beta,
            fields.k,
        )

    def forward(self, x: Tensor) -> Tensor:
        # Caffe: alpha is divided by local_size at the border too; so does PyTorch.
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)
