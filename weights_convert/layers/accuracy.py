"""Caffe `Accuracy`: the share of labels whose score is among the `top_k` best.

Shape   scores (N, C, ...), labels (N, ...) -> (), 0 where no label counts; second top: (C), the
        share of each class, 0 where it has no label
Errors  ShapeError for another number of labels or fewer than top_k classes; ConvertError for a
        label that is no class.
Source  BVLC/caffe src/caffe/layers/accuracy_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..axes import canonical
from ..caffelayer import CaffeLayer, Shape
from ..classlabels import by_place, check_labels, class_labels
from ..errors import ShapeError
from ..fields import Int32, UInt32

if TYPE_CHECKING:
    from ..graph import Layer

ACCURACY = {"top_k": UInt32(1), "axis": Int32(1), "ignore_label": Int32()}


class Accuracy(CaffeLayer):
    params = {"accuracy_param": ACCURACY}
    loss = True  # as much as a loss it needs the labels
    bottoms, tops = (2, 2), (1, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("accuracy_param", ACCURACY)
        self.where, self.by_class = f"layer {layer.name!r}", len(layer.tops) > 1
        self.axis = canonical("accuracy_param: axis", fields.axis, shapes[0])
        self.top_k, self.ignore = fields.top_k, fields.ignore_label

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        scores, labels = shapes
        check_labels(scores, self.axis, labels)
        if self.top_k > scores[self.axis]:
            raise ShapeError(
                f"accuracy_param: top_k {self.top_k} of {scores[self.axis]} classes, "
                f"expected no more than there are"
            )
        return [(), scores[self.axis : self.axis + 1]][: 1 + self.by_class]

    @torch.no_grad()
    def forward(self, scores: Tensor, labels: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        rows = by_place(scores, self.axis)
        labels, counted = class_labels(labels, rows.shape[1], self.where, self.ignore)
        rows = rows[counted]
        # Caffe: a class with the label's own score counts as better; topk would draw a winner.
        better = (rows >= rows.gather(1, labels[:, None])).sum(1) - 1
        hits = (better < self.top_k).to(scores.dtype)
        accuracy = hits.sum() / max(len(hits), 1)
        if not self.by_class:
            return accuracy
        total = labels.bincount(minlength=rows.shape[1]).clamp(min=1)
        return accuracy, hits.new_zeros(len(total)).index_add(0, labels, hits) / total
