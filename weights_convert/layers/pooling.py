"""Caffe `Pooling`: MAX and AVE.

Shape   (N, C, H, W) -> (N, C, h, w), h = ceil((H + 2 pad - kernel) / stride) + 1, less one if
        there is a pad and the last window would start past the image and its first pad; w alike.
Errors  ConvertError where Caffe's checks stop; UnsupportedError for STOCHASTIC (which Caffe's CPU
        code lacks as well), a second top, and AVE with kernel < stride.
Source  BVLC/caffe src/caffe/layers/pooling_layer.cpp (LayerSetUp, Reshape, Forward_cpu).
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor, finfo, float32

from ..caffelayer import CaffeLayer, Shape, planes
from ..errors import ConvertError, ShapeError, UnsupportedError
from ..fields import Bool, Enum, UInt32
from ..window import Pair, pair, positive

if TYPE_CHECKING:
    from ..graph import Layer

POOLING = {
    "pool": Enum({"MAX": 0, "AVE": 1, "STOCHASTIC": 2}, "MAX"),
    "pad": UInt32(0),
    "pad_h": UInt32(),
    "pad_w": UInt32(),
    "kernel_size": UInt32(),
    "kernel_h": UInt32(),
    "kernel_w": UInt32(),
    "stride": UInt32(1),
    "stride_h": UInt32(),
    "stride_w": UInt32(),
    "engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT"),
    "global_pooling": Bool(False),
    "round_mode": Enum({"CEIL": 0, "FLOOR": 1}, "CEIL"),
}
EMPTY = -finfo(float32).max  # Caffe: a MAX window starts from -FLT_MAX


class Pooling(CaffeLayer):
    params = {"pooling_param": POOLING}
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        planes(shapes[0])
        fields = layer.fields("pooling_param", POOLING)
        self.average, self.over_all = fields.pool == "AVE", fields.global_pooling
        self.ceil = fields.round_mode == "CEIL"
        self.stride, self.pad = pair(fields, "stride", 1), pair(fields, "pad", 0)
        self.kernel = self._kernel(fields, shapes[0])
        self._check(fields)

    def _kernel(self, fields, shape: Shape) -> Pair:
        if not self.over_all:
            return positive("kernel_size", pair(fields, "kernel_size"))
        if {"kernel_size", "kernel_h", "kernel_w"} & fields.given:
            raise ConvertError("pooling_param: global_pooling with a kernel, expected one of them")
        return shape[2:]

    def _check(self, fields) -> None:
        positive("stride", self.stride)
        if fields.pool == "STOCHASTIC":
            raise UnsupportedError("pooling_param: pool STOCHASTIC, expected MAX or AVE")
        if self.over_all and (self.stride, self.pad) != ((1, 1), (0, 0)):
            raise ConvertError("pooling_param: global_pooling, expected stride 1 and pad 0")
        for kernel, stride, pad in zip(self.kernel, self.stride, self.pad, strict=True):
            if pad >= kernel and pad:
                raise ConvertError(f"pooling_param: pad {pad}, expected less than kernel {kernel}")
            if self.average and kernel < stride:
                raise UnsupportedError(f"pooling_param: AVE with kernel {kernel} < stride {stride}")

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        batch, channels, *sizes = planes(shapes[0])
        return [(batch, channels, *map(self.size, (0, 1), sizes))]

    def size(self, axis: int, size: int) -> int:
        """Height (axis 0) or width (axis 1) of the top for that of the bottom."""
        if self.over_all:
            return 1
        kernel, stride, pad = self.kernel[axis], self.stride[axis], self.pad[axis]
        steps = size + 2 * pad - kernel
        # Caffe: windows are counted upwards, PyTorch counts downwards unless told.
        top = (-(-steps // stride) if self.ceil else steps // stride) + 1
        # Caffe: a pad on either axis clips both.
        if any(self.pad) and (top - 1) * stride >= size + pad:
            top -= 1
        if top < 1:
            raise ShapeError(f"kernel {kernel} on {size} pixels leaves a top of {top}")
        return top

    def forward(self, x: Tensor) -> Tensor:
        pool = F.avg_pool2d if self.average else F.max_pool2d
        kernel = tuple(x.shape[2:]) if self.over_all else self.kernel
        want = self.reshape([tuple(x.shape)])[0][2:]
        x, pad = self._padded(x)
        top = pool(x, kernel, self.stride, pad, ceil_mode=self.ceil)
        if top.shape[2:] != want:
            # Caffe: with pad 0 a window past the image stays, and holds -FLT_MAX; PyTorch drops it.
            tall, wide = (new - old for new, old in zip(want, top.shape[2:], strict=True))
            top = F.pad(top, (0, wide, 0, tall), value=EMPTY)
        return top

    def _padded(self, x: Tensor) -> tuple[Tensor, Pair]:
        """`x`, and the pad that is left to the pooling: PyTorch takes half a kernel at most."""
        tall, wide = self.pad
        if 2 * tall <= self.kernel[0] and 2 * wide <= self.kernel[1]:
            return x, self.pad
        edge = 0.0 if self.average else EMPTY
        return F.pad(x, (wide, wide, tall, tall), value=edge), (0, 0)
