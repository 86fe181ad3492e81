"""Caffe `EuclideanLoss`: the sum of the squared differences of two bottoms, by 2 N.

Shape   (N, ...), (N, ...) of as many numbers -> loss (); both get their gradient
Errors  ShapeError for bottoms that do not count the same numbers.
Source  BVLC/caffe src/caffe/layers/euclidean_loss_layer.cpp.
"""

from math import prod

from torch import Tensor

from ..caffelayer import Shape
from ..errors import ShapeError
from ..losslayer import LossLayer


class EuclideanLoss(LossLayer):
    most_axes = 4

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        first, second = (prod(shape[1:]) for shape in shapes)
        if first != second:
            raise ShapeError(f"items of {first} and {second} numbers, expected as many")
        return super().reshape(shapes)

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        return (x - target.reshape(x.shape)).square().sum() / (2 * len(x))
