"""A picture and its labels, painted together."""

import numpy as np

from .coverage import Pose, coverage
from .noise import cloud
from .outlines import Shape
from .textures import Look, grey_ground, texture


class Canvas:
    """What is painted last covers what was there.

    colours: (H, W, 3) float RGB; labels: (H, W) int32; taken: x, y and half size of the things.
    """

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], label: int = 0):
        """size: height and width; label: that of the grey ground."""
        self.rng, self.size = rng, size
        self.colours = grey_ground(rng, size)
        self.labels = np.full(size, label, np.int32)
        self.taken: list[tuple[float, float, float]] = []

    def paint(self, cover: np.ndarray, look: Look, label: int) -> np.ndarray:
        """Paints a class where it covers the picture; returns where it has the label."""
        return self.lay(cover, texture(self.rng, self.size, look), label)

    def lay(self, cover: np.ndarray, colours: np.ndarray, label: int) -> np.ndarray:
        """Paints colours (H, W, 3) likewise."""
        self.colours = self.colours * (1 - cover[..., None]) + colours * cover[..., None]
        covered = cover > 0.5
        self.labels[covered] = label
        return covered

    def finished(self) -> np.ndarray:
        """The photograph of it, with uneven light and the noise of a sensor, (H, W, 3) uint8."""
        light = 1 + cloud(self.rng, self.size, 2, 0.07)
        noisy = self.colours * light[..., None] + self.rng.normal(0, 4.5, (*self.size, 3))
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def borders(labels: np.ndarray) -> np.ndarray:
    """Where a neighbour above, below, left or right has another label, (H, W) bool."""
    edge = np.zeros(labels.shape, bool)
    for along, other in ((edge, labels), (edge.T, labels.T)):
        change = other[1:] != other[:-1]
        along[1:] |= change
        along[:-1] |= change
    return edge


def blank(
    rng: np.random.Generator,
    labels: np.ndarray,
    value: int,
    chance: float,
    shape: Shape,
    half: tuple[float, float],
    tilt: float = 0.0,
) -> None:
    """Puts `value` into a patch of `labels`, with that chance.

    half: half width and half height of the patch; tilt: its largest angle.
    """
    if rng.random() >= chance:
        return
    height, width = labels.shape
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    angle = rng.uniform(-tilt, tilt) if tilt else 0.0
    labels[coverage(shape, labels.shape, Pose(x, y, *half, angle)) > 0.5] = value
