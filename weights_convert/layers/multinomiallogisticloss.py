"""Caffe `MultinomialLogisticLoss`: -log of the probability of each label, averaged over N.

Shape   probabilities (N, C) or (N, C, 1, 1), labels (N) or (N, 1, 1, 1) -> loss ()
Errors  ShapeError for other labels; ConvertError for a label that is no class.
Source  BVLC/caffe src/caffe/layers/multinomial_logistic_loss_layer.cpp.
"""

from torch import Tensor

from ..caffelayer import Shape
from ..classlabels import class_labels
from ..errors import ShapeError
from ..losslayer import LossLayer, carrying

LEAST = 1e-20  # Caffe's kLOG_THRESHOLD


class MultinomialLogisticLoss(LossLayer):
    most_axes = 4

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        if set(shapes[1][1:]) - {1}:
            raise ShapeError(f"labels of shape {shapes[1]}, expected one for each item")
        return super().reshape(shapes)

    def forward(self, probabilities: Tensor, labels: Tensor) -> Tensor:
        rows = probabilities.reshape(len(probabilities), -1)
        labels, _ = class_labels(labels, rows.shape[1], self.where)
        chosen = rows.gather(1, labels[:, None])
        # Caffe: below the least it is the gradient of the least, not 0.
        return -carrying(chosen.clamp(min=LEAST), chosen).log().sum() / len(rows)
