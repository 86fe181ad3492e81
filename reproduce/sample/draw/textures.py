"""Colours and patterns: every class has its own hue and pattern, the background has neither.

Colours are float32 RGB from 0 to 255, and a little beyond where noise adds to them.
"""

import colorsys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .coverage import Pose, coverage
from .noise import cloud
from .outlines import line


class Look(NamedTuple):
    """What the things of a class look like; hue from 0 to 1, style one of STYLES."""

    hue: float
    style: str


class Grid(NamedTuple):
    """Turned and shifted coordinates (H, W) in pixels, for patterns of one period."""

    across: np.ndarray
    down: np.ndarray
    period: float


def look_of(index: int, hues: int, styles: Sequence[str]) -> Look:
    """The look of class `index` from 0: all the hues in the first style, then in the next.

    >>> look_of(11, 10, ("plain", "bars"))
    Look(hue=0.12000000000000001, style='bars')
    """
    return Look((index % hues) / hues + 0.02, styles[index // hues])


def texture(rng: np.random.Generator, size: tuple[int, int], look: Look) -> np.ndarray:
    """Colours of one thing of the look, (H, W, 3) float32; no two things have quite the same."""
    hue = look.hue + rng.uniform(-0.012, 0.012)
    grid = _grid(rng, size)
    saturation, value = 0.78 + rng.uniform(-0.08, 0.08), 0.85 + rng.uniform(-0.08, 0.08)
    tones = {
        "bright": rgb(hue, saturation, value),
        "dark": rgb(hue, 0.7, 0.28 + rng.uniform(-0.05, 0.05)),
        "light": rgb(hue, 0.15, 0.97),
    }
    pattern, on, off = STYLES[look.style]
    colours = np.where(pattern(grid)[..., None], tones[on], tones[off])
    return colours.astype(np.float32) + cloud(rng, size, 5, 7)[..., None]


def grey_ground(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Cloudy, nearly grey ground with up to three streaks, (H, W, 3) float32: the background."""
    base = rng.uniform(70, 180)
    clouds = (cloud(rng, size, cells, deviation) for cells, deviation in GROUND)
    grey = sum(clouds, start=base)
    ground = grey[..., None] * (rgb(rng.uniform(), rng.uniform(0, 0.14), 1) / 255)
    for _ in range(rng.integers(0, 4)):  # edges that mean nothing
        ground = ground + (_streak(rng, size) * rng.uniform(-45, 45))[..., None]
    return ground.astype(np.float32)


def rgb(hue: float, saturation: float, value: float) -> np.ndarray:
    """The colour, (3,) float32; the hue goes round, the others end at 0 and 1."""
    limited = (min(1, max(0, part)) for part in (saturation, value))
    return np.array(colorsys.hsv_to_rgb(hue % 1, *limited), np.float32) * 255


def _grid(rng: np.random.Generator, size: tuple[int, int]) -> Grid:
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float64)
    angle = rng.uniform(-0.35, 0.35)
    cos, sin = np.cos(angle), np.sin(angle)
    period = rng.uniform(6.5, 8.5)
    right, down = rng.uniform(0, 20, 2)
    return Grid(x * cos + y * sin + right, -x * sin + y * cos + down, period)


def _streak(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    stroke = line(rng.uniform(0.03, 0.12), (-1, 0), (1, rng.uniform(-0.3, 0.3)))
    x, y, angle = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, np.pi)
    return coverage((stroke,), size, Pose(x, y, width * 0.6, height * 0.6, angle))


def _nowhere(grid: Grid) -> np.ndarray:
    return np.zeros(grid.across.shape, bool)


def _bars(grid: Grid) -> np.ndarray:
    return grid.across % grid.period < grid.period * 0.45


def _squares(grid: Grid) -> np.ndarray:
    even = [at % (2 * grid.period) < grid.period for at in (grid.across, grid.down)]
    return even[0] ^ even[1]


def _dots(grid: Grid) -> np.ndarray:
    off = [(at % grid.period - grid.period / 2) ** 2 for at in (grid.across, grid.down)]
    return off[0] + off[1] < (0.34 * grid.period) ** 2


GROUND = ((3, 18), (12, 11), (40, 7))  # cells and deviation of the clouds
STYLES = {  # name: the pattern, the tone on it and the tone beside it
    "plain": (_nowhere, "bright", "bright"),
    "bars": (_bars, "dark", "bright"),
    "check": (_squares, "dark", "bright"),
    "dots": (_dots, "light", "bright"),
    "dark": (_nowhere, "dark", "dark"),
}
