"""Inputs with their foreground, their background or all but their shape masked.

foreground  pixels whose truth is a class other than the first are the mean
background  pixels whose truth is the first class are the mean
shape       both are: the foreground is one grey above the mean, the background the mean
Void pixels are masked in every case, so that nothing of what is masked shows at its border.
Source      PAMI 2016, table 8: the papers do not say what is done with void, nor with what the two
            parts are filled where both are masked; both choices are ours.
"""

from collections.abc import Callable

import numpy as np
import torch

from .datasets import VOID, Sample
from .errors import DataError

MASKS = ("foreground", "background", "shape")
SHAPE = 127.0  # by how much the foreground of a shape is above the mean


def masked(read: Callable[[str], Sample], id: str, mask: str) -> Sample:
    """`read(id)`, its inputs masked by its truth "label".  Raises DataError for another mask."""
    if mask not in MASKS:
        raise DataError(f"mask {mask!r}: unknown, expected one of {', '.join(MASKS)}")
    sample = read(id)
    filled = torch.from_numpy(_filling(sample.labels["label"], mask))
    kept = filled.isnan()
    inputs = {blob: torch.where(kept, x, filled) for blob, x in sample.inputs.items()}
    return sample._replace(inputs=inputs)


def _filling(label: np.ndarray, mask: str) -> np.ndarray:
    """float32 (H, W): what is put in a pixel's place, NaN where it is kept."""
    foreground, void = (label != 0) & (label != VOID), label == VOID
    filling = np.full(label.shape, np.nan, np.float32)
    filling[void] = 0
    if mask != "background":
        filling[foreground] = SHAPE if mask == "shape" else 0
    if mask != "foreground":
        filling[label == 0] = 0
    return filling
