"""Caffe `Deconvolution` of height and width: the transpose of `Convolution`, with its fields.

Shape   (N, C, H, W) -> (N, num_output, h, w), h = stride (H - 1) + reach - 2 pad with
        reach = dilation (kernel - 1) + 1; w alike
Blobs   weight (C, num_output / group, kernel_h, kernel_w), bias (num_output) if bias_term
Source  BVLC/caffe src/caffe/layers/deconv_layer.cpp.
"""

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import Shape
from ..errors import ShapeError
from .convolution import Convolution


class Deconvolution(Convolution):
    def weight_shape(self, num_output: int, channels: int) -> Shape:
        # Caffe: dense (C, num_output) kernels unless `group` says otherwise, zeros included.
        return (channels, num_output // self.group, *self.kernel)

    def size(self, axis: int, size: int) -> int:
        kernel, pad, dilation = self.kernel[axis], self.pad[axis], self.dilation[axis]
        top = self.stride[axis] * (size - 1) + dilation * (kernel - 1) + 1 - 2 * pad
        if top < 1:
            raise ShapeError(f"pad {pad} leaves nothing of a bottom of {size} pixels")
        return top

    def slide(self, x: Tensor) -> Tensor:
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.pad, 0, self.group, self.dilation
        )
