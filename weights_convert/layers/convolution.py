"""Caffe `Convolution` of height and width.

Shape   (N, C, H, W) -> (N, num_output, h, w), h = floor((H + 2 pad - reach) / stride) + 1 with
        reach = dilation (kernel - 1) + 1; w alike.  Several bottoms share the parameters.
Blobs   weight (num_output, C / group, kernel_h, kernel_w), bias (num_output) if bias_term
Errors  ConvertError where Caffe's checks stop; ShapeError for a window that does not fit.
Source  BVLC/caffe src/caffe/layers/base_conv_layer.cpp, conv_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape, planes
from ..errors import ConvertError, ShapeError, UnsupportedError
from ..fields import Bool, Enum, Int32, Nested, Repeated, UInt32
from ..filler import FILLER
from ..window import pair, positive

if TYPE_CHECKING:
    from ..graph import Layer

CONVOLUTION = {
    "num_output": UInt32(0),
    "bias_term": Bool(True),
    "pad": Repeated(UInt32()),
    "kernel_size": Repeated(UInt32()),
    "stride": Repeated(UInt32()),
    "dilation": Repeated(UInt32()),
    "pad_h": UInt32(0),
    "pad_w": UInt32(0),
    "kernel_h": UInt32(),
    "kernel_w": UInt32(),
    "stride_h": UInt32(),
    "stride_w": UInt32(),
    "group": UInt32(1),
    "weight_filler": Nested(FILLER),
    "bias_filler": Nested(FILLER),
    "engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT"),
    "axis": Int32(1),
    "force_nd_im2col": Bool(False),
}
FEW = 4  # times fewer numbers than weights: what they are applied to, unfolded
MANY = 1 << 22  # weights, below which their copies cost nothing


class Convolution(CaffeLayer):
    params = {"convolution_param": CONVOLUTION}
    bottoms = tops = (1, None)
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        _, channels, _, _ = planes(shapes[0])
        fields = layer.fields("convolution_param", CONVOLUTION)
        self.kernel = positive("kernel_size", pair(fields, "kernel_size"))
        self.stride = positive("stride", pair(fields, "stride", 1))
        self.dilation = positive("dilation", pair(fields, "dilation", 1))
        self.pad, self.group = pair(fields, "pad", 0), fields.group
        self.num_output = fields.num_output
        self._check(fields, channels, layer)
        self.weight = self.empty_parameter(*self.weight_shape(fields.num_output, channels))
        self.bias = self.empty_parameter(fields.num_output) if fields.bias_term else None

    def weight_shape(self, num_output: int, channels: int) -> Shape:
        return (num_output, channels // self.group, *self.kernel)

    def _check(self, fields, channels: int, layer: "Layer") -> None:
        if fields.axis not in (1, -3):
            raise UnsupportedError(f"convolution_param: axis {fields.axis}, only 1 is supported")
        if fields.num_output < 1:
            raise ConvertError("convolution_param lacks num_output, expected at least 1")
        if self.group < 1 or channels % self.group or fields.num_output % self.group:
            raise ConvertError(
                f"group {self.group} does not divide {channels} input channels "
                f"and num_output {fields.num_output}"
            )
        if len(layer.bottoms) != len(layer.tops):
            raise ConvertError(f"{len(layer.bottoms)} bottoms, {len(layer.tops)} tops")

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        tops = []
        for batch, channels, *sizes in map(planes, shapes):
            if channels != shapes[0][1]:
                raise ShapeError(f"bottoms of {channels} and {shapes[0][1]} channels")
            tops.append((batch, self.num_output, *map(self.size, (0, 1), sizes)))
        return tops

    def size(self, axis: int, size: int) -> int:
        """Height (axis 0) or width (axis 1) of the top for that of a bottom."""
        kernel, pad, dilation = self.kernel[axis], self.pad[axis], self.dilation[axis]
        room = size + 2 * pad - dilation * (kernel - 1) - 1
        if room < 0:
            raise ShapeError(
                f"kernel {kernel} with dilation {dilation} does not fit in {size} + 2 x {pad}"
            )
        return room // self.stride[axis] + 1

    def forward(self, *bottoms: Tensor) -> Tensor | tuple[Tensor, ...]:
        tops = tuple(self.slide(x) for x in bottoms)
        return tops if len(tops) > 1 else tops[0]

    def slide(self, x: Tensor) -> Tensor:
        if self._as_product(x):
            return self._product(x)
        return F.conv2d(x, self.weight, self.bias, self.stride, self.pad, self.dilation, self.group)

    def _as_product(self, x: Tensor) -> bool:
        """Whether training on a CPU is quicker, and smaller, as Caffe's product of two matrices.

        That is so of fc6, whose weights outnumber what they are applied to: a convolution makes
        copies of them in another layout, forward and backward.
        """
        learning = self.weight.requires_grad and torch.is_grad_enabled()
        if x.is_cuda or self.group > 1 or not learning:
            return False
        rows = self.weight[0].numel() * self.size(0, x.shape[2]) * self.size(1, x.shape[3])
        return self.weight.numel() >= max(MANY, FEW * rows * len(x))

    def _product(self, x: Tensor) -> Tensor:
        columns = F.unfold(x, self.kernel, self.dilation, self.pad, self.stride)
        size = (len(x), self.size(0, x.shape[2]), self.size(1, x.shape[3]))
        # One product for all images: for one each, torch makes a gradient as large as the weights
        # of every image.
        found = self.weight.flatten(1) @ columns.transpose(0, 1).flatten(1)
        if self.bias is not None:
            found = found + self.bias[:, None]
        return found.unflatten(1, size).transpose(0, 1)
