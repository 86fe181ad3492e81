"""How near HHA images are to others of the same depth, such as MATLAB's, channel by channel."""

from typing import NamedTuple

import numpy as np

from ..errors import DataError

CHANNELS = ("disparity", "height", "angle")
ENOUGH = 0.99  # share of the pixels of each channel that must be within one grey level


class Agreement(NamedTuple):
    """One channel: mean absolute difference in grey levels, share within one, the largest."""

    mean: float
    within_one: float
    largest: int


def counts(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """(3, 256) int64: per channel, the pixels at each absolute difference of two HHA images.

    Both are (H, W, 3) uint8.  Raises DataError unless they have one size.
    """
    if found.shape != expected.shape:
        sizes = ", expected ".join(f"{h} x {w}" for h, w, _ in (expected.shape, found.shape))
        raise DataError(f"the HHA image is {sizes} (height x width) as its depth")
    difference = abs(found.astype(np.int64) - expected)
    return np.stack([np.bincount(difference[:, :, i].ravel(), minlength=256) for i in range(3)])


def agreement(counted: np.ndarray) -> dict[str, Agreement]:
    """Channel -> agreement, of counts (3, 256) that may be summed over images.

    >>> agreement(np.eye(3, 256, dtype=int) * 7)["angle"]
    Agreement(mean=2.0, within_one=0.0, largest=2)
    """
    return {name: _of(row) for name, row in zip(CHANNELS, counted, strict=True)}


def _of(row: np.ndarray) -> Agreement:
    mean = row @ np.arange(len(row)) / row.sum()
    return Agreement(float(mean), float(row[:2].sum() / row.sum()), int(row.nonzero()[0].max()))
