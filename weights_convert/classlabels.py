"""Labels that are class numbers: one for each place of the scores, in any shape.

Errors  ShapeError for another number of labels; ConvertError for a label that is no class.
Source  BVLC/caffe src/caffe/layers/softmax_loss_layer.cpp (Reshape, Forward_cpu).
"""

from math import prod

import torch
from torch import Tensor

from .caffelayer import Shape
from .errors import ConvertError, ShapeError


def check_labels(scores: Shape, axis: int, labels: Shape) -> None:
    """Raises ShapeError unless there is a label for each place of the scores.

    axis: of the classes, from 0.
    """
    places = prod(scores[:axis]) * prod(scores[axis + 1 :])
    if prod(labels) != places:
        raise ShapeError(f"{prod(labels)} labels for {places} predictions")


def class_labels(
    labels: Tensor, classes: int, where: str, ignore: int | None = None
) -> tuple[Tensor, Tensor]:
    """(int64 labels that are not `ignore`, bool mask of them among all), both of one axis.

    where: what errors call the layer.
    """
    labels = labels.flatten().long()  # Caffe: towards 0
    counted = torch.ones_like(labels, dtype=torch.bool) if ignore is None else labels != ignore
    kept = labels[counted]
    wrong = kept[(kept < 0) | (kept >= classes)]
    if len(wrong):
        # Caffe: a release build reads whatever lies there.
        raise ConvertError(
            f"{where}: a label outside 0 .. {classes - 1} and not {ignore}: {wrong[0].item()}"
        )
    return kept, counted


def by_place(scores: Tensor, axis: int) -> Tensor:
    """`scores` as (places, classes), in the order of the labels."""
    return scores.movedim(axis, -1).reshape(-1, scores.shape[axis])
