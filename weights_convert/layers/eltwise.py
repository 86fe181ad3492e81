"""Caffe `Eltwise`: PROD, SUM with coefficients, or MAX of bottoms of one shape.

Shape   n times the same -> the same
Errors  ShapeError for bottoms of different shape; ConvertError for coefficients that do not fit.
Source  BVLC/caffe src/caffe/layers/eltwise_layer.cpp.
"""

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Bool, Enum, Float, Repeated

if TYPE_CHECKING:
    from ..graph import Layer

ELTWISE = {
    "operation": Enum({"PROD": 0, "SUM": 1, "MAX": 2}, "SUM"),
    "coeff": Repeated(Float()),
    "stable_prod_grad": Bool(True),
}


def largest(*bottoms: Tensor) -> Tensor:
    """The largest of each element; its gradient goes to one bottom only."""
    # Caffe: of the first two equals the second counts, of later ones the earlier; torch.maximum
    # would share the gradient among them.
    first, second, *rest = bottoms
    top = torch.where(first > second, first, second)
    return reduce(lambda top, x: torch.where(x > top, x, top), rest, top)


def chained(operation: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """`operation` of two tensors as one of several, from the first on."""
    return lambda *bottoms: reduce(operation, bottoms)


OPERATIONS = {"PROD": chained(torch.mul), "SUM": chained(torch.add), "MAX": largest}


class Eltwise(CaffeLayer):
    params = {"eltwise_param": ELTWISE}
    bottoms = (2, None)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("eltwise_param", ELTWISE)
        if fields.coeff and len(fields.coeff) != len(layer.bottoms):
            raise ConvertError(
                f"eltwise_param: {len(fields.coeff)} coeff for {len(layer.bottoms)} bottoms"
            )
        if fields.coeff and fields.operation == "PROD":
            raise ConvertError("eltwise_param: coeff with PROD, expected with SUM only")
        self.operation = fields.operation
        # Caffe: MAX takes coefficients and ignores them.
        self.coeff = fields.coeff if fields.operation == "SUM" else ()
        self.loses_first = layer.in_place and fields.operation == "SUM"

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        if len(set(shapes)) > 1:
            # Caffe: CHECK fails. PyTorch would broadcast some of these.
            raise ShapeError(f"bottoms of shapes {shapes}, expected one shape")
        return shapes[:1]

    def forward(self, *bottoms: Tensor) -> Tensor:
        if set(self.coeff) - {1.0}:
            bottoms = tuple(c * x for c, x in zip(self.coeff, bottoms, strict=True))
        if self.loses_first:
            # Caffe: clears the top before it sums, in place the first bottom with it.
            bottoms = (torch.zeros_like(bottoms[0]), *bottoms[1:])
        return OPERATIONS[self.operation](*bottoms)
