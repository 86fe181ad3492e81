"""What Caffe's losses have in common: bottoms of one batch, and a number as top.

Shape   (N, ...), (N, ...) -> ()
Units   the number is not multiplied by loss_weight: see Graph.loss_weights
Errors  ShapeError for bottoms of different N.
Source  BVLC/caffe src/caffe/layers/loss_layer.cpp.
"""

from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from .caffelayer import CaffeLayer, Shape
from .errors import ShapeError

if TYPE_CHECKING:
    from .graph import Layer


class LossLayer(CaffeLayer):
    """A loss of two bottoms, the second of which gets no gradient unless a loss says so."""

    loss = True
    bottoms = (2, 2)
    most_axes: ClassVar[int | None] = None  # 4 where Caffe asks for num, channels, height, width

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.where = f"layer {layer.name!r}"  # what errors of a forward pass begin with

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        first, second = (shape[:1] for shape in shapes[:2])
        if first != second or not first:
            raise ShapeError(f"bottoms of shapes {shapes[0]} and {shapes[1]}, expected the same N")
        for shape in shapes:
            if self.most_axes and len(shape) > self.most_axes:
                raise ShapeError(
                    f"a bottom of shape {shape}, expected at most {self.most_axes} axes"
                )
        return [()]


def carrying(value: Tensor, source: Tensor) -> Tensor:
    """`value`, bit for bit, with the gradient of `source`, which has its shape."""
    return value.detach() + (source - source.detach())
