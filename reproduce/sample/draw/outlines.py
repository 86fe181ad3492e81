"""What the outline of a thing is made of: polygons and thick lines, added or cut out.

Units   x to the right, y down, the thing from about -1 to 1 in both
"""

from typing import NamedTuple

import numpy as np

Point = tuple[float, float]
CORNERS = 36  # of the polygon that an ellipse is drawn as


class Part(NamedTuple):
    """A polygon if `width` is 0, else a line of that width; `cut`: taken out of those before."""

    points: tuple[Point, ...]
    width: float = 0.0
    cut: bool = False


Shape = tuple[Part, ...]


def polygon(*points: Point, cut: bool = False) -> Part:
    """The area between `points`."""
    return Part(points, cut=cut)


def rectangle(left: float, top: float, right: float, bottom: float, cut: bool = False) -> Part:
    """An upright rectangle."""
    return polygon((left, top), (right, top), (right, bottom), (left, bottom), cut=cut)


def ellipse(x: float, y: float, half_width: float, half_height: float, cut: bool = False) -> Part:
    """An ellipse around (x, y)."""
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    points = np.stack([x + half_width * np.cos(turn), y + half_height * np.sin(turn)], 1)
    return polygon(*map(tuple, points.tolist()), cut=cut)


def line(width: float, *points: Point) -> Part:
    """A line through `points`."""
    return Part(points, width)


def ring(x: float, y: float, radius: float, width: float) -> Part:
    """A circle drawn as a line, which overlaps its start so that the joint is round."""
    points = ellipse(x, y, radius, radius).points
    return Part(points + points[:2], width)


def legs(top: float, bottom: float, *xs: float, width: float = 0.2) -> Shape:
    """Upright lines at each of `xs`."""
    return tuple(line(width, (x, top), (x, bottom)) for x in xs)


def star(points: int, inner: float) -> Part:
    """A star of radius 1, whose inner corners are at the radius `inner`."""
    turn = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, inner, 1)
    corners = np.stack([np.sin(turn) * radius, -np.cos(turn) * radius], 1)
    return polygon(*map(tuple, corners.tolist()))
