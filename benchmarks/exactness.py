"""How near a runner's answer is to that of the plain graph."""

from typing import NamedTuple

import numpy as np

from .runners import Blobs


class Exactness(NamedTuple):
    """equal: labels of `pixels`; difference: the largest of a score, in deviations of its blob."""

    equal: int
    pixels: int
    difference: float


def exactness(scores: Blobs, labels: Blobs, expected: Blobs, truth: Blobs) -> Exactness:
    """Of all heads together, against the plain graph's scores `expected` and labels `truth`.

    Raises ValueError if a blob is missing or of another shape.
    """
    for found, wanted in ((scores, expected), (labels, truth)):
        shapes = [{blob: x.shape for blob, x in blobs.items()} for blobs in (found, wanted)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"outputs are {shapes[0]}, the plain graph's {shapes[1]}")
    equal = sum(int((labels[blob] == truth[blob]).sum()) for blob in truth)
    pixels = sum(x.size for x in truth.values())
    return Exactness(equal, pixels, max(_difference(scores[b], expected[b]) for b in expected))


def _difference(x: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(x - expected).max() / expected.std(dtype=np.float64))
