"""Caffe `Bias`: add a parameter, or a second bottom, along the axes from `axis` on.

Shape   any, the second of the first's sizes from `axis` on -> as the first
Blobs   with one bottom, bias, of the bottom's sizes from `axis` over `num_axes` axes (-1: all)
Errors  ShapeError for an axis outside the bottom, or sizes that do not fit.
Source  BVLC/caffe src/caffe/layers/bias_layer.cpp (LayerSetUp, Reshape).
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..errors import ShapeError
from ..fields import Int32, Nested
from ..filler import FILLER

if TYPE_CHECKING:
    from ..graph import Layer

BIAS = {"axis": Int32(1), "num_axes": Int32(1), "filler": Nested(FILLER)}


def covered(message: str, fields: SimpleNamespace, shape: Shape) -> Shape:
    """The shape of a parameter for `num_axes` axes of a bottom of `shape` from `axis` on."""
    begin = canonical(f"{message}: axis", fields.axis, shape)
    end = len(shape) if fields.num_axes == -1 else begin + fields.num_axes
    if not begin <= end <= len(shape):
        raise ShapeError(
            f"{message}: num_axes {fields.num_axes} from axis {begin} of {len(shape)} axes"
        )
    return shape[begin:end]


def first_axis(message: str, axis: int, shape: Shape, other: Shape) -> int:
    """The axis of a bottom of `shape` on which the first of `other` lies."""
    # Caffe: a scalar lies on every bottom, whatever `axis` says.
    return canonical(f"{message}: axis", axis, shape) if other else 0


def check_lies(what: str, begin: int, shape: Shape, other: Shape) -> None:
    """Raises ShapeError unless `other`, called `what`, is as `shape` from axis `begin` on."""
    found = shape[begin : begin + len(other)]
    if found != other:
        raise ShapeError(f"a bottom of {found}, its {what} is of {other}, from axis {begin} on")


def laid(other: Tensor, begin: int, x: Tensor) -> Tensor:
    """`other` in a shape that PyTorch spreads over `x` as Caffe does from axis `begin` on."""
    # Caffe: the axes of `other` are those from `begin` on; PyTorch would take the last ones.
    return other.reshape((*other.shape, *(1,) * (x.dim() - begin - other.dim())))


class Bias(CaffeLayer):
    params = {"bias_param": BIAS}
    bottoms = (1, 2)
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields, learned = layer.fields("bias_param", BIAS), len(shapes) == 1
        shape = covered("bias_param", fields, shapes[0]) if learned else shapes[1]
        self.begin = first_axis("bias_param", fields.axis, shapes[0], shape)
        self.bias = self.empty_parameter(*shape) if learned else None

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        shape, *second = shapes
        what, other = ("second bottom", *second) if second else ("bias", tuple(self.bias.shape))
        check_lies(what, self.begin, shape, other)
        return [shape]

    def forward(self, x: Tensor, second: Tensor | None = None) -> Tensor:
        return x + laid(self.bias if second is None else second, self.begin, x)
