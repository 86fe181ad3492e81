"""How far a net's blobs are from values that something else computed, real Caffe for one.

Units   an error is a largest absolute difference, in standard deviations of the expected blob.
"""

from typing import NamedTuple

import numpy as np
import torch

from .errors import ConvertError
from .net import CaffeNet

WITHIN = 5e-5  # float32 sums in another order reach 2.4e-5 on the nets of the FCN release


class Difference(NamedTuple):
    """A blob's largest error, and the index at which it is, with the values there."""

    blob: str
    error: float
    at: tuple[int, ...]
    found: float
    expected: float


def differences(
    net: CaffeNet, inputs: dict[str, np.ndarray], expected: dict[str, np.ndarray]
) -> list[Difference]:
    """The Difference of each blob of `expected`, in its order, when `net` is fed `inputs`.

    Raises ConvertError for inputs that the net does not take, a blob that it has not, or another
    shape than expected.
    """
    feeds = {name: torch.from_numpy(x) for name, x in inputs.items()}
    with torch.inference_mode():
        found = net(**feeds, keep=list(expected))
    return [largest(blob, found[blob].numpy(), values) for blob, values in expected.items()]


def largest(blob: str, found: np.ndarray, expected: np.ndarray) -> Difference:
    """The Difference of one blob.  What is not finite is equal to itself, and to nothing else."""
    if found.shape != expected.shape:
        raise ConvertError(f"blob {blob!r}: has shape {found.shape}, expected {expected.shape}")
    if not found.size:
        return Difference(blob, 0.0, (), 0.0, 0.0)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        apart = np.where(same, 0, np.abs(found.astype(np.float64) - expected))
    apart[np.isnan(apart)] = np.inf
    at = np.unravel_index(apart.argmax(), apart.shape)
    place = tuple(map(int, at))
    return Difference(
        blob, apart[at] / _scale(expected), place, *map(float, (found[at], expected[at]))
    )


def _scale(expected: np.ndarray) -> float:
    """The standard deviation, or, of a constant such as a loss, the magnitude."""
    finite = expected[np.isfinite(expected)].astype(np.float64)
    if not finite.size:
        return 1.0
    return max(finite.std() or np.abs(finite).max(), 1e-6)
