"""`Filter` as one Compress for each top, by the last bottom."""

from ..step import BOOL, Step


def emit(step: Step) -> None:
    *bottoms, selector = step.bottoms
    chosen = step.op("Cast", step.op("Reshape", selector, step.ints(-1)), to=BOOL)
    for index, bottom in enumerate(bottoms):
        step.top("Compress", bottom, chosen, index=index, axis=0)
