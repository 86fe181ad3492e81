"""Which things stand in which picture, and where."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .canvas import Canvas
from .coverage import Pose, coverage
from .outlines import Shape
from .seeds import generator
from .textures import Look


class Deal(NamedTuple):
    """Classes dealt out to pictures, at least and at most so many to each; name: the seed."""

    name: str
    classes: Sequence[int]
    least: int
    most: int


def dealt(ids: Sequence[str], *deals: Deal) -> dict[str, tuple[list[int], ...]]:
    """{id: the classes that each of `deals` gives it}; they depend on how many ids there are."""
    hands = (_hands(deal, len(ids)) for deal in deals)
    return dict(zip(ids, zip(*hands, strict=True), strict=True))


def _hands(deal: Deal, count: int) -> list[list[int]]:
    """From shuffled rounds of all the classes, so that every class is there about as often."""
    rng, pack, hands = generator(deal.name, "schedule"), [], []
    for _ in range(count):
        hand = []
        for _ in range(rng.integers(deal.least, deal.most + 1)):
            pack = pack or rng.permutation(deal.classes).tolist()
            hand.append(pack.pop())
        hands.append(hand)
    return hands


def free_place(canvas: Canvas, half: float) -> tuple[float, float]:
    """Centre (x, y) of a thing of half size `half` that covers little of those that are there."""
    rng, (height, width) = canvas.rng, canvas.size
    best = (-np.inf, 0.0, 0.0)
    for _ in range(25):
        x = rng.uniform(0.55 * half, width - 0.55 * half)
        y = rng.uniform(0.6 * half, height - 0.6 * half)
        gaps = [np.hypot(x - at, y - down) / (half + size) for at, down, size in canvas.taken]
        best = max(best, (min(gaps, default=9), x, y), key=lambda tried: tried[0])
        if best[0] > 0.85:
            break
    return best[1:]


def stand(
    canvas: Canvas,
    shape: Shape,
    look: Look,
    label: int,
    half: float,
    at: tuple[float, float] | None = None,
    tilt: float = 0.2,
) -> None:
    """Paints a thing of half size `half` at (x, y), without which it gets a free place.

    tilt: its largest angle, in radians.
    """
    rng = canvas.rng
    x, y = at or free_place(canvas, half)
    canvas.taken.append((x, y, half))
    height, angle = half * rng.uniform(0.85, 1.1), rng.uniform(-tilt, tilt)
    pose = Pose(x, y, half, height, angle, mirrored=rng.random() < 0.5)
    canvas.paint(coverage(shape, canvas.size, pose), look, label)
