"""`Tile` as repeat."""

from ..expressions import call
from ..step import Step


def emit(step: Step) -> str:
    repeats = [1] * len(step.shapes[0])
    repeats[step.module.axis] = step.module.tiles
    return call(f"{step.bottom}.repeat", *repeats)
