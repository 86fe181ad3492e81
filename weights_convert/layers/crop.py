"""Caffe `Crop`: cut the first bottom to the size of the second, from `axis` on.

Shape   e.g. axis 2: (N, C, H, W), (N, any, h, w) -> (N, C, h, w), a view of the first
Units   offset in pixels of the first bottom: top[i, j] = bottom[i + offset, j + offset]
Errors  ShapeError when the window leaves the first bottom, as Caffe aborts; ConvertError for a
        wrong number of offsets.
Source  BVLC/caffe src/caffe/layers/crop_layer.cpp (LayerSetUp, Reshape).
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Int32, Repeated, UInt32

if TYPE_CHECKING:
    from ..graph import Layer

CROP = {"axis": Int32(2), "offset": Repeated(UInt32())}


class Crop(CaffeLayer):
    params = {"crop_param": CROP}
    bottoms = (2, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields, axes = layer.fields("crop_param", CROP), len(shapes[0])
        if not -axes <= fields.axis < axes or len(shapes[1]) != axes:
            raise ShapeError(f"crop_param: axis {fields.axis} of bottoms {shapes[0]}, {shapes[1]}")
        self.axis = fields.axis % axes
        cut = axes - self.axis
        if len(fields.offset) not in (0, 1, cut):
            raise ConvertError(
                f"crop_param: {len(fields.offset)} offsets, expected one, or {cut} for {cut} axes"
            )
        # Caffe: no offset is 0, the top left corner, not the centre.
        self.offset = (fields.offset or (0,)) * (1 if len(fields.offset) == cut else cut)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        shape, like = shapes
        for axis, offset in enumerate(self.offset, self.axis):
            if offset + like[axis] > shape[axis]:
                # Caffe: CHECK fails. A torch slice would come out smaller and say nothing.
                raise ShapeError(
                    f"{like[axis]} pixels at offset {offset} leave axis {axis}, "
                    f"which has {shape[axis]}"
                )
        return [(*shape[: self.axis], *like[self.axis :])]

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        for axis, offset in enumerate(self.offset, self.axis):
            x = x.narrow(axis, offset, like.shape[axis])
        return x
