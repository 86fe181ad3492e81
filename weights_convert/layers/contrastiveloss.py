"""Caffe `ContrastiveLoss`: pulls similar pairs together, pushes others apart up to a margin.

Shape   (N, C) or (N, C, 1, 1) twice, similar (N) or (N, 1, 1, 1), 0 or not -> loss (); the first
        two get their gradient
Units   by 2 N: the squared distance d^2 of similar pairs, of others max(0, margin - d)^2, or
        max(0, margin - d^2) with legacy_version
Errors  ShapeError for other shapes.
Source  BVLC/caffe src/caffe/layers/contrastive_loss_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import Shape
from ..errors import ShapeError
from ..fields import Bool, Float
from ..losslayer import LossLayer, carrying

if TYPE_CHECKING:
    from ..graph import Layer

CONTRASTIVE_LOSS = {"margin": Float(1.0), "legacy_version": Bool(False)}


class ContrastiveLoss(LossLayer):
    params = {"contrastive_loss_param": CONTRASTIVE_LOSS}
    bottoms = (3, 3)
    most_axes = 4

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("contrastive_loss_param", CONTRASTIVE_LOSS)
        self.margin, self.legacy = fields.margin, fields.legacy_version

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        loss = super().reshape(shapes)
        one, other, similar = ((*shape, 1, 1, 1)[:4] for shape in shapes)
        if one[1:] != other[1:] or one[2:] != (1, 1):
            raise ShapeError(f"bottoms of shapes {shapes[0]}, {shapes[1]}, expected (N, C) twice")
        if similar[1:] != (1, 1, 1) or similar[0] < one[0]:
            raise ShapeError(f"a third bottom of shape {shapes[2]}, expected ({one[0]},)")
        return loss

    def forward(self, one: Tensor, other: Tensor, similar: Tensor) -> Tensor:
        squares = (one - other.reshape(one.shape)).flatten(1).square().sum(1)
        similar = similar.flatten()[: len(one)].long() != 0  # Caffe: 0.5 is 0
        apart = (self.margin - squares).relu() if self.legacy else self._apart(squares)
        return squares.where(similar, apart).sum() / (2 * len(one))

    def _apart(self, squares: Tensor) -> Tensor:
        """What pairs that are not similar lose, of their squared distances."""
        distances = squares.detach().sqrt()
        missing = (self.margin - distances).relu()
        # Caffe: in the gradient the distance is 1e-4 more, so that it is finite at 0.
        return carrying(missing.square(), -missing / (distances + 1e-4) * squares)
