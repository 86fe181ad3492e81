"""Ways that take a map of each class, 0 and 1, down and up again, and the highest score.

Shape   an axis gives two matrices: (m, n), from n pixels to m cells, and (n, m), back
Units   pixel i is centred at i + 0.5 pixels
Source  caffe: BVLC/caffe include/caffe/filler.hpp (BilinearFiller) and src/caffe/layers/
        conv_layer.cpp.  imresize: MATLAB's documentation of the function.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np

from .picking import as_background

FCN_PAD = 100  # pixels of zeros on every side of conv1_1, in all the released nets
_EQUAL = 1e-9  # scores that differ by less are equal: their arithmetic is float64

Kernel = Callable[[np.ndarray], np.ndarray]  # distance in pixels -> weight
Axis = Callable[[int, int], tuple[np.ndarray, np.ndarray]]  # pixels, factor -> (m, n), (n, m)


@lru_cache(maxsize=256)
def area(pixels: int, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """Means over cells of `factor` pixels, the last one cut; linear between their centres."""
    cells = -(-pixels // factor)
    down = (np.arange(pixels) // factor == np.arange(cells)[:, None]).astype(float)
    at = np.clip((np.arange(pixels) + 0.5) / factor - 0.5, 0, cells - 1)
    return down / down.sum(1, keepdims=True), triangle(at[:, None] - np.arange(cells))


@lru_cache(maxsize=256)
def caffe(pixels: int, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """The bilinear kernel over an FCN's padded input, and its fixed bilinear deconvolution.

    The kernel is of 2 factor - factor % 2 pixels, at every factor-th of the padded input, which
    is cut off again after the deconvolution.  Zeros go in, so cells at the border count less.
    """
    kernel = 2 * factor - factor % 2
    # Caffe: a convolution rounds down, so that a factor above the pad may leave out the last
    # pixels (fewer than factor - pad); a Crop would refuse that, here they have no score.
    cells = max(1, (pixels + 2 * FCN_PAD - kernel) // factor + 1)
    first = factor * np.arange(cells)[:, None] - FCN_PAD
    up = triangle((np.arange(pixels) - first - (kernel - 1) / 2) / factor)
    return up / factor, up.T


def imresize(kernel: Kernel, antialias: bool) -> Axis:
    """MATLAB's imresize to ceil(pixels / factor) and back; antialias: a wider kernel on the way."""

    @lru_cache(maxsize=256)
    def axis(pixels: int, factor: int) -> tuple[np.ndarray, np.ndarray]:
        cells = -(-pixels // factor)
        return _resize(pixels, cells, kernel, antialias), _resize(cells, pixels, kernel, antialias)

    return axis


def _resize(size: int, to: int, kernel: Kernel, antialias: bool) -> np.ndarray:
    """Weights (to, size) of the pixels, mirrored at the borders, in each pixel of the result."""
    shrink = min(1.0, to / size) if antialias else 1.0
    at = (np.arange(to) + 0.5) * size / to - 0.5
    reach = int(2 / shrink) + 2
    pixel = np.arange(-reach, size + reach)
    weights = kernel((at[:, None] - pixel) * shrink)
    mirrored = pixel % (2 * size)
    mirrored = np.minimum(mirrored, 2 * size - 1 - mirrored)
    folded = np.zeros((to, size))
    np.add.at(folded, (slice(None), mirrored), weights / weights.sum(1, keepdims=True))
    return folded


def triangle(distance: np.ndarray) -> np.ndarray:
    """The bilinear kernel: weights at distances in pixels."""
    return np.maximum(1 - np.abs(distance), 0)


def cubic(distance: np.ndarray) -> np.ndarray:
    """Keys's cubic with a = -0.5, the one of MATLAB."""
    x = np.abs(distance)
    inner, outer = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, inner, np.where(x < 2, outer, 0))


def mode(label: np.ndarray, factor: int, classes: int) -> np.ndarray:
    """Every pixel is given the label that most of its cell has; void has no vote."""
    (down, _), (across, _) = (area(pixels, factor) for pixels in label.shape)
    present = _present(label, classes)
    votes = [down @ (label == one) @ across.T for one in present]
    cells = _first_maximum(present, votes, (len(down), len(across)))
    rows, columns = (np.arange(pixels) // factor for pixels in label.shape)
    return cells[np.ix_(rows, columns)]


def blended(axis: Axis, void: bool, label: np.ndarray, factor: int, classes: int) -> np.ndarray:
    """Maps of each class, 0 and 1, are shrunk and enlarged; then the highest wins.

    void: it is background on the way down; otherwise it is 0 in every map.
    """
    rows, columns = (axis(pixels, factor) for pixels in label.shape)
    label = as_background(label) if void else label
    present = _present(label, classes)
    scores = (_there_and_back(label == one, rows, columns) for one in present)
    return _first_maximum(present, scores, label.shape)


def _there_and_back(one: np.ndarray, rows: tuple, columns: tuple) -> np.ndarray:
    (down, up), (across, back) = rows, columns
    return up @ (down @ one @ across.T) @ back.T


def _present(label: np.ndarray, classes: int) -> np.ndarray:
    """The classes of the label, rising.  The scores of all others are zero everywhere."""
    return np.flatnonzero(np.bincount(label.ravel(), minlength=classes)[:classes]).astype(np.uint8)


def _first_maximum(
    present: np.ndarray, scores: Iterable[np.ndarray], shape: tuple[int, int]
) -> np.ndarray:
    """The class with the highest score, the first of equal ones; 0 where all scores are 0.

    scores: one (H, W) map for each of the classes `present`, which rise.
    """
    winner, best = np.zeros(shape, np.uint8), np.zeros(shape)
    for one, score in zip(present, scores, strict=True):
        np.copyto(winner, one, where=score > best + _EQUAL)
        np.maximum(score, best, out=best)
    return winner
