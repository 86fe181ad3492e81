"""Caffe `InfogainLoss`: a softmax's cross-entropy to every class, weighted by a matrix H.

Shape   scores (N, C, ...), labels (N, ...), H of C x C numbers, a row for each label -> loss ();
        second top: probabilities.  H is the third bottom or, of two, a BlobProto in file `source`
Errors  ShapeError for another number of labels or an H of another size; ConvertError for a label
        that is no class, for no H, and for `normalize`; CaffemodelError for a broken file.
Source  BVLC/caffe src/caffe/layers/infogain_loss_layer.cpp.
"""

from math import log, prod
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ..axes import canonical
from ..blobproto import read_blob
from ..caffelayer import Shape
from ..classlabels import by_place, check_labels, class_labels
from ..errors import ConvertError, ShapeError
from ..fields import Int32, String
from ..losslayer import LossLayer, carrying
from ..lossnormalizer import LOSS, normalization, normalizer
from ..mapped import Mapped
from ..wire import Message

if TYPE_CHECKING:
    from ..graph import Layer

INFOGAIN_LOSS = {"source": String(""), "axis": Int32(1)}
LEAST = log(1e-20)  # Caffe's kLOG_THRESHOLD


class InfogainLoss(LossLayer):
    params = {"infogain_loss_param": INFOGAIN_LOSS, "loss_param": LOSS}
    bottoms, tops = (2, 3), (1, 2)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        own = layer.fields("infogain_loss_param", INFOGAIN_LOSS)
        fields = layer.fields("loss_param", LOSS)
        self.axis = canonical("infogain_loss_param: axis", own.axis, shapes[0])
        self.ignore, self.with_probabilities = fields.ignore_label, len(layer.tops) > 1
        self.normalization = normalization(fields)
        if fields.normalize is not None:
            raise ConvertError("loss_param: normalize, expected normalization")
        matrix = _matrix(own.source) if len(shapes) == 2 else None
        self.register_buffer("matrix", matrix, persistent=False)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        loss = super().reshape(shapes)
        scores, labels, *matrix = shapes
        check_labels(scores, self.axis, labels)
        numbers = prod(*matrix) if matrix else self.matrix.numel()
        if numbers != scores[self.axis] ** 2:
            raise ShapeError(f"H of {numbers} numbers, expected {scores[self.axis]} squared")
        return loss + [scores] * self.with_probabilities

    def forward(self, scores: Tensor, labels: Tensor, matrix: Tensor | None = None):
        logs = by_place(F.log_softmax(scores, self.axis), self.axis)
        classes = logs.shape[1]
        kept, counted = class_labels(labels, classes, self.where, self.ignore)
        matrix = (self.matrix if matrix is None else matrix.detach()).view(classes, classes)
        logs = logs[counted]
        # Caffe: the logarithms are cut off at the bottom, their gradients are not.
        total = -(matrix[kept] * carrying(logs.clamp(min=LEAST), logs)).double().sum()
        outer, inner = prod(scores.shape[: self.axis]), prod(scores.shape[self.axis + 1 :])
        loss = (total / normalizer(self.normalization, outer, inner, counted)).to(scores.dtype)
        return (loss, scores.softmax(self.axis)) if self.with_probabilities else loss


def _matrix(source: str) -> Tensor:
    """The array in file `source`."""
    if not source:
        raise ConvertError("infogain_loss_param lacks source, expected it, or a third bottom")
    file = Mapped(source)
    try:
        blob = read_blob(Message(file, 0, len(file.data)), "the matrix")
        return torch.from_numpy(blob.read())
    finally:
        file.close()
