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

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Bool, Enum, Int32

if TYPE_CHECKING:
    from ..graph import Layer

LOSS = {
    "ignore_label": Int32(),
    "normalization": Enum({"FULL": 0, "VALID": 1, "BATCH_SIZE": 2, "NONE": 3}, "VALID"),
    "normalize": Bool(),
}
SOFTMAX = {
    "engine": Enum({"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2}, "DEFAULT"),
    "axis": Int32(1),
}
CAP = -log(torch.finfo(torch.float32).tiny)  # 87.34: -log(FLT_MIN)


class SoftmaxWithLoss(CaffeLayer):
    params = {"loss_param": LOSS, "softmax_param": SOFTMAX}
    loss = True
    bottoms, tops = (2, 2), (1, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields, axes = layer.fields("loss_param", LOSS), len(shapes[0])
        axis = layer.fields("softmax_param", SOFTMAX).axis
        if not -axes <= axis < axes:
            raise ShapeError(f"softmax_param: axis {axis} of scores of shape {shapes[0]}")
        self.axis = axis % axes
        self.ignore, self.with_probabilities = fields.ignore_label, len(layer.tops) > 1
        self.normalization = fields.normalization
        if "normalization" not in fields.given and fields.normalize is False:
            self.normalization = "BATCH_SIZE"  # Caffe: `normalize: false` divides by N, not by 1

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        scores, labels = shapes
        pixels = prod(scores) // scores[self.axis]
        if prod(labels) != pixels:
            raise ShapeError(f"{prod(labels)} labels for {pixels} predictions")
        return [(), scores][: 1 + self.with_probabilities]

    def forward(self, scores: Tensor, labels: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        pixels = labels.numel()
        logs = F.log_softmax(scores, self.axis).movedim(self.axis, -1).flatten(0, -2)
        labels = labels.flatten().long()
        kept = labels != self.ignore if self.ignore is not None else torch.ones_like(labels) > 0
        losses = -logs[kept].gather(1, self._classes(labels[kept], logs.shape[1])[:, None])
        # Caffe: the reported loss of a pixel is capped, its gradient is not.
        capped = losses + (losses.clamp(max=CAP) - losses).detach()
        loss = (capped.double().sum() / self._normalizer(scores, pixels, kept)).float()
        return (loss, scores.softmax(self.axis)) if self.with_probabilities else loss

    def _classes(self, labels: Tensor, classes: int) -> Tensor:
        if ((labels < 0) | (labels >= classes)).any():
            raise ConvertError(f"a label outside 0 .. {classes - 1} and not {self.ignore}")
        return labels

    def _normalizer(self, scores: Tensor, pixels: int, kept: Tensor) -> float | Tensor:
        batch = scores.shape[: self.axis].numel()
        known = {"FULL": pixels, "BATCH_SIZE": batch, "NONE": 1}
        if self.normalization == "VALID":
            return kept.sum().clamp(min=1)
        return max(known[self.normalization], 1)
