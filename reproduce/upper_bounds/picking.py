"""Ways that give each pixel the label of another one, or of most pixels of its cell.

Shape   picks: (n, factor) -> (n,), the pixel on one axis that each is given
"""

from collections.abc import Callable

import numpy as np

from ..datasets import VOID

Picks = Callable[[int, int], np.ndarray]  # pixels, factor -> the pixel that each one is given, (n,)


def corners(pixels: int, factor: int) -> np.ndarray:
    """The first pixel of the cell that each pixel is in, (pixels,).

    >>> corners(5, 2).tolist()
    [0, 0, 2, 2, 4]
    """
    return np.arange(pixels) // factor * factor


def centres(pixels: int, factor: int) -> np.ndarray:
    """The middle pixel of each one's cell, the later of two, the last one of a cut cell.

    >>> centres(7, 4).tolist()
    [2, 2, 2, 2, 6, 6, 6]
    """
    return np.minimum(corners(pixels, factor) + factor // 2, pixels - 1)


def nearest(pixels: int, factor: int) -> np.ndarray:
    """The pixel that each one is given by a nearest resize to round(pixels / factor) and back.

    >>> nearest(7, 3).tolist()
    [1, 1, 1, 5, 5, 5, 5]
    """
    cells = max(1, (2 * pixels + factor) // (2 * factor))
    down = (2 * np.arange(cells) + 1) * pixels // (2 * cells)
    return down[(2 * np.arange(pixels) + 1) * cells // (2 * pixels)]


def picked(picks: Picks, label: np.ndarray, factor: int, _: int) -> np.ndarray:
    """Every pixel is given another one's label; void is background."""
    rows, columns = (picks(pixels, factor) for pixels in label.shape)
    return as_background(label)[np.ix_(rows, columns)]


def as_background(label: np.ndarray) -> np.ndarray:
    """The label with void as class 0."""
    return np.where(label == VOID, np.uint8(0), label)
