"""Caffe `SoftmaxWithLoss`: the summed cross-entropy of a softmax, divided as `loss_param` says.

Shape   scores (N, C, H, W), labels (N, 1, H, W) or (N, H, W) -> loss (); second top: probabilities
Errors  ShapeError when scores and labels do not count the same pixels; ConvertError for a label
        that is no class.
Source  BVLC/caffe src/caffe/layers/softmax_loss_layer.cpp (get_normalizer, Forward_cpu).
"""

from math import log, prod
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ..axes import canonical
from ..caffelayer import Shape
from ..classlabels import check_labels, class_labels
from ..losslayer import LossLayer, carrying
from ..lossnormalizer import LOSS, normalization, normalizer
from .softmax import SOFTMAX

if TYPE_CHECKING:
    from ..graph import Layer

CAP = -log(torch.finfo(torch.float32).tiny)  # 87.34: -log(FLT_MIN)
NO_LABEL = -100


class SoftmaxWithLoss(LossLayer):
    params = {"loss_param": LOSS, "softmax_param": SOFTMAX}
    tops = (1, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("loss_param", LOSS)
        axis = layer.fields("softmax_param", SOFTMAX).axis
        self.axis = canonical("softmax_param: axis", axis, shapes[0])
        self.ignore, self.with_probabilities = fields.ignore_label, len(layer.tops) > 1
        self.normalization = normalization(fields)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        loss = super().reshape(shapes)
        check_labels(shapes[0], self.axis, shapes[1])
        return loss + shapes[:1] * self.with_probabilities

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        classes = scores.shape[self.axis]
        outer, inner = prod(scores.shape[: self.axis]), prod(scores.shape[self.axis + 1 :])
        _, counted = class_labels(labels, classes, self.where, self.ignore)
        logs = F.log_softmax(scores.reshape(outer, classes, inner), 1)
        ignored = NO_LABEL if self.ignore is None else self.ignore
        labels = labels.reshape(outer, inner).long()
        losses = F.nll_loss(logs, labels, ignore_index=ignored, reduction="none")
        # Caffe: the reported loss of a pixel is capped, its gradient is not.
        total = carrying(losses.clamp(max=CAP), losses).double().sum()
        loss = (total / normalizer(self.normalization, outer, inner, counted)).to(scores.dtype)
        return (loss, scores.softmax(self.axis)) if self.with_probabilities else loss
