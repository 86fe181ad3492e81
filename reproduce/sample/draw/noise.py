"""Coarse random numbers made smooth: the uneven colour of areas and the course of their edges."""

import numpy as np


def cloud(
    rng: np.random.Generator, size: tuple[int, int], cells: int, amplitude: float
) -> np.ndarray:
    """Smooth noise, (H, W) float32.

    cells: how many random values there are from top to bottom; amplitude: their deviation.
    """
    height, width = size
    rows, columns = cells + 1, max(2, round((cells + 1) * width / height))
    coarse = rng.standard_normal((rows, columns))
    return _enlarged(coarse, (height / rows, width / columns)).astype(np.float32) * amplitude


def wave(rng: np.random.Generator, length: int, cells: int) -> np.ndarray:
    """Smooth noise of deviation 1 along a line, (length,) float64."""
    return _enlarged(rng.standard_normal(cells + 1), length / (cells + 1))


def _enlarged(coarse: np.ndarray, factor: float | tuple[float, float]) -> np.ndarray:
    from scipy import ndimage  # only to draw: the package runs without scipy

    return ndimage.zoom(coarse, factor, order=1, mode="nearest", grid_mode=True)
