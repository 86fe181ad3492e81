"""`AbsVal` as Abs."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Abs", *step.bottoms)
