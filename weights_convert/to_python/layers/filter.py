"""`Filter` as an index of bools."""

from ..step import Step


def emit(step: Step) -> str:
    *bottoms, selector = step.bottoms
    return ", ".join(f"{x}[{selector}.flatten() != 0]" for x in bottoms)
