"""Caffe `Pooling`: MAX and AVE.

Shape   (N, C, H, W) -> (N, C, h, w), h = ceil((H + 2 pad - kernel) / stride) + 1, less one if
        there is a pad and the last window would start past the image and its first pad; w alike.
        A second top of MAX, of the same shape, is the mask
Units   the mask is row * W + column of the first largest pixel, a float32 number; -1 if there is
        no pixel in the window
Errors  ConvertError where Caffe's checks stop, and in place; UnsupportedError for STOCHASTIC, which
        Caffe's CPU code lacks as well.
Source  BVLC/caffe src/caffe/layers/pooling_layer.cpp (LayerSetUp, Reshape, Forward_cpu).
"""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape, planes
from ..errors import ConvertError, ShapeError, UnsupportedError
from ..fields import Bool, Enum, UInt32
from ..inplace import refuse_in_place
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
EMPTY = -torch.finfo(torch.float32).max  # Caffe: a MAX window starts from -FLT_MAX


class Pooling(CaffeLayer):
    params = {"pooling_param": POOLING}
    tops = (1, 2)
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        planes(shapes[0])
        refuse_in_place(layer)
        fields = layer.fields("pooling_param", POOLING)
        self.average, self.over_all = fields.pool == "AVE", fields.global_pooling
        self.ceil, self.with_mask = fields.round_mode == "CEIL", len(layer.tops) > 1
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
        if self.average and self.with_mask:
            raise ConvertError("pooling_param: pool AVE with a second top, expected it of MAX only")
        if self.over_all and (self.stride, self.pad) != ((1, 1), (0, 0)):
            raise ConvertError("pooling_param: global_pooling, expected stride 1 and pad 0")
        for kernel, pad in zip(self.kernel, self.pad, strict=True):
            if pad >= kernel and pad:
                raise ConvertError(f"pooling_param: pad {pad}, expected less than kernel {kernel}")

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        batch, channels, *sizes = planes(shapes[0])
        return [(batch, channels, *map(self.size, (0, 1), sizes))] * (1 + self.with_mask)

    def size(self, axis: int, size: int) -> int:
        """Height (axis 0) or width (axis 1) of the top for that of the bottom."""
        if self.over_all:
            return 1
        kernel, stride, pad = self.kernel[axis], self.stride[axis], self.pad[axis]
        steps = size + 2 * pad - kernel
        # Caffe: windows are counted upwards, PyTorch counts downwards unless told.
        top = (-(-steps // stride) if self.ceil else steps // stride) + 1
        # Caffe: a pad of one axis takes a window past the image off the other one too.
        if any(self.pad) and (top - 1) * stride >= size + pad:
            top -= 1
        if top < 1:
            raise ShapeError(f"kernel {kernel} on {size} pixels leaves a top of {top}")
        return top

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        if self.average:
            return x.mean((2, 3), keepdim=True) if self.over_all else self._mean(x)
        kernel = tuple(x.shape[2:]) if self.over_all else self.kernel
        wide, pad, added = self._padded(x, EMPTY)
        top = F.max_pool2d(
            wide, kernel, self.stride, pad, ceil_mode=self.ceil, return_indices=self.with_mask
        )
        if not self.with_mask:
            return self._fitted(top, x, EMPTY)
        top, index = top
        row, column = index // wide.shape[3] - added[0], index % wide.shape[3] - added[1]
        mask = (row * x.shape[3] + column).to(x.dtype)
        return self._fitted(top, x, EMPTY), self._fitted(mask, x, -1)

    def _mean(self, x: Tensor) -> Tensor:
        wide, pad, _ = self._padded(x, 0)
        means = F.avg_pool2d(wide, self.kernel, self.stride, pad, ceil_mode=self.ceil)
        top = self._fitted(means, x, 0)
        if top.shape[2] > means.shape[2] or top.shape[3] > means.shape[3]:
            # Caffe: the mean of a window past the image is 0 / 0 if it begins right at its end.
            top = top + 0 / self._pixels(x)
        return top

    def _padded(self, x: Tensor, value: float) -> tuple[Tensor, Pair, Pair]:
        """`x` with what it is padded by here, the pad that is left to PyTorch, and that of here."""
        if all(2 * pad <= kernel for pad, kernel in zip(self.pad, self.kernel, strict=True)):
            return x, self.pad, (0, 0)
        # Caffe: a pad may be up to the kernel, in PyTorch up to its half.
        tall, wide = self.pad
        return F.pad(x, (wide, wide, tall, tall), value=value), (0, 0), self.pad

    def _fitted(self, top: Tensor, x: Tensor, value: float) -> Tensor:
        """`top` with as many windows as Caffe has for the bottom `x`."""
        # Caffe: with pad 0 a window past the image stays, and holds `value`; PyTorch drops it.
        size = self.reshape([tuple(x.shape)])[0][2:]
        tall, wide = (new - old for new, old in zip(size, top.shape[2:], strict=True))
        return F.pad(top, (0, wide, 0, tall), value=value) if tall or wide else top

    def _pixels(self, x: Tensor) -> Tensor:
        """(h, w) of how many pixels AVE divides by, negative past the image, without pad."""
        ends = []
        for axis, size in enumerate(x.shape[2:]):
            begin = torch.arange(self.size(axis, size), device=x.device) * self.stride[axis]
            ends.append((begin + self.kernel[axis]).clamp(max=size) - begin)
        return ends[0][:, None] * ends[1]
