"""`BatchReindex` as Gather."""

from ..step import INT, Step


def emit(step: Step) -> None:
    x, rows = step.bottoms
    step.top("Gather", x, step.op("Cast", rows, to=INT), axis=0)
