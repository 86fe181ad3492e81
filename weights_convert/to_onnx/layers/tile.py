"""`Tile` as Tile."""

from ..step import Step


def emit(step: Step) -> None:
    repeats = [1] * len(step.shapes[0])
    repeats[step.module.axis] = step.module.tiles
    step.top("Tile", *step.bottoms, step.ints(*repeats))
