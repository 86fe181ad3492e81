"""Caffe `LRN`: x divided by (k + alpha mean of squares) ^ beta, of channels or within one.

Shape   (N, C, H, W) -> the same
Units   the mean is that of local_size channels, or of local_size x local_size pixels; what lies
        beyond the border counts as 0
Errors  ConvertError for an even local_size.
Source  BVLC/caffe src/caffe/layers/lrn_layer.cpp (CrossChannelForward_cpu, WithinChannelForward).
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape, planes, possible
from ..errors import ConvertError
from ..fields import Enum, Float, UInt32
from ..window import MOST

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
        if fields.local_size % 2 == 0 or fields.local_size > MOST:
            raise ConvertError(
                f"lrn_param: local_size {fields.local_size}, expected an odd number up to {MOST}"
            )
        self.within = fields.norm_region == "WITHIN_CHANNEL"
        self.size, self.alpha, self.beta, self.k = (
            fields.local_size,
            fields.alpha,
            fields.beta,
            fields.k,
        )

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        _, channels, height, width = planes(shapes[0])
        if not self.within:
            # Caffe: has a blob of the squares with half a window of zeros on both sides.
            possible((1, channels + self.size - 1, height, width))
        return shapes[:1]

    def forward(self, x: Tensor) -> Tensor:
        if not self.within:
            # Caffe: alpha is divided by local_size at the border too; so does PyTorch.
            return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)
        # Caffe: within a channel, k is not used, it is 1.
        mean = F.avg_pool2d(x.square(), self.size, 1, self.size // 2)
        return x * (1 + self.alpha * mean).pow(-self.beta)
