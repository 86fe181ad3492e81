"""Caffe `Filter`: of each bottom but the last, the items for which the last is not 0.

Shape   (N, ...) as often as there are tops, selector (N) or (N, 1 ...) -> (n, ...) likewise, n of
        the N items being selected, which only a forward pass can tell
Errors  ConvertError unless there is a top for each bottom but the last; ShapeError for bottoms of
        different N, or a selector with more than a number for each item.
Source  BVLC/caffe src/caffe/layers/filter_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError

if TYPE_CHECKING:
    from ..graph import Layer


class Filter(CaffeLayer):
    bottoms, tops = (2, None), (1, None)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        if len(layer.tops) != len(layer.bottoms) - 1:
            raise ConvertError(
                f"{len(layer.bottoms)} bottoms, {len(layer.tops)} tops, "
                f"expected one for each bottom but the last"
            )

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        *tops, selector = shapes
        if not selector or set(selector[1:]) - {1}:
            raise ShapeError(f"a selector of shape {selector}, expected a number for each item")
        for shape in tops:
            if shape[:1] != selector[:1]:
                raise ShapeError(f"a bottom of shape {shape}, a selector of {selector[0]} items")
        # Caffe: at set-up all items count as selected.
        return tops

    def forward(self, *bottoms: Tensor) -> tuple[Tensor, ...]:
        *bottoms, selector = bottoms
        chosen = selector.flatten() != 0
        return tuple(x[chosen] for x in bottoms)
