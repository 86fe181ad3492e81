"""Caffe `SigmoidCrossEntropyLoss`: the cross-entropy of sigmoids to targets from 0 to 1, summed.

Shape   scores (N, ...), targets (N, ...) of as many numbers -> loss (), divided as loss_param says
Errors  ShapeError for another number of targets.
Source  BVLC/caffe src/caffe/layers/sigmoid_cross_entropy_loss_layer.cpp.
"""

from math import prod
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import Shape
from ..errors import ShapeError
from ..losslayer import LossLayer
from ..lossnormalizer import LOSS, normalization, normalizer

if TYPE_CHECKING:
    from ..graph import Layer


class SigmoidCrossEntropyLoss(LossLayer):
    params = {"loss_param": LOSS}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("loss_param", LOSS)
        self.ignore = fields.ignore_label
        # Caffe: of this loss alone, the default is BATCH_SIZE.
        self.normalization = normalization(fields, "BATCH_SIZE")

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        if prod(shapes[0]) != prod(shapes[1]):
            raise ShapeError(f"{prod(shapes[1])} targets for {prod(shapes[0])} scores")
        return super().reshape(shapes)

    def forward(self, scores: Tensor, targets: Tensor) -> Tensor:
        targets = targets.detach().reshape(scores.shape).to(scores.dtype)
        losses = F.binary_cross_entropy_with_logits(scores, targets, reduction="none")
        counted = torch.ones_like(targets, dtype=torch.bool)
        if self.ignore is not None:
            counted = targets.trunc() != self.ignore  # Caffe: 255.7 is 255, and 0.7 is 0
        outer, inner = len(scores), prod(scores.shape[1:])
        total = losses[counted].double().sum()
        return (total / normalizer(self.normalization, outer, inner, counted)).to(scores.dtype)
