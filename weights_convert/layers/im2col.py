"""Caffe `Im2col`: for each place of a Convolution's kernel, all that it sees, as channels.

Shape   (N, C, H, W) -> (N, C kernel_h kernel_w, h, w), channel by channel and row by row of the
        kernel, with h and w as those of a Convolution
Errors  ConvertError where Caffe's checks stop; ShapeError for a window that does not fit;
        UnsupportedError for another number of axes than height and width behind `axis`.
Source  BVLC/caffe src/caffe/layers/im2col_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import UnsupportedError
from ..window import pair, positive
from .convolution import CONVOLUTION, Convolution

if TYPE_CHECKING:
    from ..graph import Layer


class Im2col(CaffeLayer):
    params = {"convolution_param": CONVOLUTION}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("convolution_param", CONVOLUTION)
        self.axis = canonical("convolution_param: axis", fields.axis, shapes[0])
        if self.axis != len(shapes[0]) - 3:
            raise UnsupportedError(
                f"convolution_param: axis {fields.axis} of a bottom of shape {shapes[0]}, "
                f"expected height and width behind it"
            )
        self.kernel = positive("kernel_size", pair(fields, "kernel_size"))
        self.stride = positive("stride", pair(fields, "stride", 1))
        self.dilation = positive("dilation", pair(fields, "dilation", 1))
        self.pad = pair(fields, "pad", 0)

    size = Convolution.size  # the windows are the same

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        *items, channels, height, width = shapes[0]
        channels *= self.kernel[0] * self.kernel[1]
        return [(*items, channels, self.size(0, height), self.size(1, width))]

    def forward(self, x: Tensor) -> Tensor:
        [shape] = self.reshape([tuple(x.shape)])
        planes = x.reshape(-1, *x.shape[-3:])
        return F.unfold(planes, self.kernel, self.dilation, self.pad, self.stride).view(shape)
