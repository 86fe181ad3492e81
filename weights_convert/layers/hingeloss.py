"""Caffe `HingeLoss`: max(0, 1 - s x) with s 1 for the label and -1 for the others, L1 or L2.

Shape   scores (N, C) or of as many numbers, labels: the first N numbers -> loss (), the sum by N
Errors  ConvertError for a label that is no class.
Source  BVLC/caffe src/caffe/layers/hinge_loss_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..caffelayer import Shape
from ..classlabels import class_labels
from ..fields import Enum
from ..losslayer import LossLayer

if TYPE_CHECKING:
    from ..graph import Layer

HINGE_LOSS = {"norm": Enum({"L1": 1, "L2": 2}, "L1")}


class HingeLoss(LossLayer):
    params = {"hinge_loss_param": HINGE_LOSS}
    most_axes = 4

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.norm = layer.fields("hinge_loss_param", HINGE_LOSS).norm

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor:
        rows = scores.reshape(len(scores), -1)
        labels, _ = class_labels(labels.flatten()[: len(rows)], rows.shape[1], self.where)
        signs = torch.ones_like(rows).scatter(1, labels[:, None], -1)
        margins = (1 + signs * rows).relu()
        return (margins if self.norm == "L1" else margins.square()).sum() / len(rows)
