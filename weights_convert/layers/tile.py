"""Caffe `Tile`: a bottom repeated along an axis.

Shape   e.g. axis 1, tiles 3: (N, C, H, W) -> (N, 3 C, H, W)
Errors  ShapeError for an axis outside the bottom; ConvertError without tiles.
Source  BVLC/caffe src/caffe/layers/tile_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Int32

if TYPE_CHECKING:
    from ..graph import Layer

TILE = {"axis": Int32(1), "tiles": Int32(0)}


class Tile(CaffeLayer):
    params = {"tile_param": TILE}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("tile_param", TILE)
        self.axis = canonical("tile_param: axis", fields.axis, shapes[0])
        self.tiles = fields.tiles
        if fields.tiles < 1:
            raise ConvertError(f"tile_param: tiles {fields.tiles}, expected at least 1")

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        return [(*shape[: self.axis], shape[self.axis] * self.tiles, *shape[self.axis + 1 :])]

    def forward(self, x: Tensor) -> Tensor:
        repeats = [1] * x.dim()
        repeats[self.axis] = self.tiles
        return x.repeat(repeats)
