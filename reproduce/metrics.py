"""Segmentation scores from pixel counts, defined as in the release's score.py.

Counts  int64 (C, C): rows are true classes, columns predicted ones, entries are pixels.
Units   scores are fractions in [0, 1]; nothing is rounded here.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, score.py (fast_hist, do_seg_tests).
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .errors import DataError


class Scores(NamedTuple):
    pixel_acc: float
    mean_acc: float
    mean_iu: float
    fw_iu: float


def labels_of(scores: Tensor) -> Tensor:
    """The class of every pixel, uint8 (N, H, W), of scores (N, C, H, W) with C <= 255.

    The first of equal maxima wins, and a NaN beats every number, as in numpy's argmax.
    """
    if scores.ndim != 4 or not 1 <= scores.shape[1] <= 255:
        raise ValueError(f"scores are {tuple(scores.shape)}, expected (N, C, H, W) with C <= 255")
    return scores.max(1).indices.to(torch.uint8)  # a third of argmax's time on the CPU


def count(truth: Tensor, predicted: Tensor, classes: int) -> Tensor:
    """Pixels of each (true, predicted) pair: int64 (classes, classes), rows are the truth.

    truth, predicted: integers of one shape on one device, where the counts stay too; at most 255
    classes.  Pixels whose truth is outside [0, classes), such as void 255, are skipped.
    Raises ValueError if the shapes differ or a counted prediction is no class.
    """
    if truth.shape != predicted.shape or truth.is_floating_point() or predicted.is_floating_point():
        found = (f"{t.dtype} {tuple(t.shape)}" for t in (truth, predicted))
        raise ValueError("truth is {}, predicted {}: expected integers of one shape".format(*found))
    true, found = (_bytes(labels, classes) for labels in (truth, predicted))
    # numpy counts with this one thread: torch would wake others for less work than that takes.
    pair = true.astype(np.uint16) << 8 | found
    pixels = np.bincount(pair.ravel(), minlength=256**2).reshape(256, 256)[:classes]
    if pixels[:, classes:].any():
        raise ValueError(f"a counted prediction is no class: all must be in [0, {classes})")
    return torch.from_numpy(pixels[:, :classes].astype(np.int64)).to(truth.device)


def _bytes(labels: Tensor, classes: int) -> np.ndarray:
    """The labels as uint8, in which whatever is no class is still none."""
    found = labels.cpu().numpy()
    if found.dtype == np.uint8:
        return found
    return np.where((found >= 0) & (found < classes), found, 255).astype(np.uint8)


def class_acc(counts: np.ndarray) -> np.ndarray:
    """Share of each class's true pixels that were found, float64 (C,); NaN where it has none."""
    counts = _checked(counts)
    with np.errstate(invalid="ignore"):
        return np.diag(counts) / counts.sum(1)


def class_iu(counts: np.ndarray) -> np.ndarray:
    """Intersection over union of each class, float64 (C,).

    NaN where the class is neither true nor predicted; 0 where it is predicted and never true.
    """
    counts = _checked(counts)
    hits = np.diag(counts)
    with np.errstate(invalid="ignore"):
        return hits / (counts.sum(1) + counts.sum(0) - hits)


def scores(counts: np.ndarray, averaged: np.ndarray | None = None) -> Scores:
    """The four scores of counts (C, C).

    averaged: bool (C,), the classes that enter the two means; all if None.  Either way
    undefined values are left out: mean accuracy is over classes with true pixels, mean IU
    over those true or predicted, so that a class predicted and never true counts as 0.
    SIFT Flow passes `counts.sum(1) > 0`, which leaves such classes out.
    Raises DataError if the counts are none or no averaged class has a true pixel.
    """
    acc, iu = class_acc(counts), class_iu(counts)
    counts = np.asarray(counts)
    true = counts.sum(1)
    kept = _averaged(averaged, true)
    present, frequency = true > 0, true / true.sum()
    return Scores(
        pixel_acc=float(np.diag(counts).sum() / counts.sum()),
        mean_acc=float(np.nanmean(acc[kept])),
        mean_iu=float(np.nanmean(iu[kept])),
        fw_iu=float((frequency[present] * iu[present]).sum()),
    )


def _averaged(averaged: np.ndarray | None, true: np.ndarray) -> np.ndarray:
    if not true.any():
        raise DataError("counts: no pixel was counted, is every label void?")
    kept = np.ones(len(true), bool) if averaged is None else np.asarray(averaged)
    if kept.shape != true.shape or kept.dtype != bool:
        raise DataError(
            f"averaged: {kept.dtype} of shape {kept.shape}, expected bool of {true.shape}"
        )
    if not true[kept].any():
        raise DataError("averaged: none of these classes has a true pixel")
    return kept


def _checked(counts: np.ndarray) -> np.ndarray:
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise DataError(f"counts: shape {counts.shape}, expected a square (C, C)")
    if counts.dtype.kind not in "iu":
        raise DataError(f"counts: {counts.dtype}, expected integers")
    if (counts < 0).any():
        raise DataError(f"counts: {counts.min()} pixels in one entry, expected none below zero")
    return counts
