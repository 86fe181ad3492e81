"""Caffe `DummyData`: tops of stated shapes that fillers fill, those of random ones at every run.

Shape   -> `shape`, or num, channels, height and width, each once, or once for each top
Units   without data_filler the numbers are 0; the random ones are from PyTorch's own generator
Errors  ConvertError for another number of shapes or fillers, and for both forms of shape.
Source  BVLC/caffe src/caffe/layers/dummy_data_layer.cpp.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Nested, Repeated, UInt32
from ..filler import FILLER, constant, fill_
from ..netparameter import SHAPE

if TYPE_CHECKING:
    from ..graph import Layer

DUMMY_DATA = {
    "data_filler": Repeated(Nested(FILLER)),
    "shape": Repeated(Nested(SHAPE)),
    "num": Repeated(UInt32()),
    "channels": Repeated(UInt32()),
    "height": Repeated(UInt32()),
    "width": Repeated(UInt32()),
}
OLD = ("num", "channels", "height", "width")


class DummyData(CaffeLayer):
    params = {"dummy_data_param": DUMMY_DATA}
    bottoms, tops = (0, 0), (1, None)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields, count = layer.fields("dummy_data_param", DUMMY_DATA), len(layer.tops)
        stated = fields.data_filler or (constant(0.0),)
        self.data_fillers = _for_each("data_filler", stated, count)
        for index, (shape, filler) in enumerate(
            zip(_shapes(fields, count), self.data_fillers, strict=True)
        ):
            top = fill_(self.empty_parameter(*shape).detach(), filler)
            self.register_buffer(f"top{index}", top, persistent=False)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        return [tuple(top.shape) for top in self.buffers()]

    def forward(self) -> tuple[Tensor, ...]:
        return tuple(
            top if filler.type == "constant" else fill_(torch.empty_like(top), filler)
            for top, filler in zip(self.buffers(), self.data_fillers, strict=True)
        )


def _shapes(fields: SimpleNamespace, count: int) -> list[Shape]:
    if not fields.given.intersection(OLD):
        return [tuple(shape.dim) for shape in _for_each("shape", fields.shape, count)]
    if fields.shape:
        raise ConvertError("dummy_data_param: shape together with num, channels, height or width")
    sizes = (_for_each(name, getattr(fields, name), count) for name in OLD)
    return list(zip(*sizes, strict=True))


def _for_each(name: str, stated: tuple, count: int) -> tuple:
    """One of `stated` for each of `count` tops."""
    if len(stated) not in (1, count):
        raise ConvertError(
            f"dummy_data_param: {len(stated)} {name} for {count} tops, "
            f"expected one, or one for each top"
        )
    return stated * count if len(stated) == 1 else stated
