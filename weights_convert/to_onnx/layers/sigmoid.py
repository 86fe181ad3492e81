"""`Sigmoid` as Sigmoid."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Sigmoid", *step.bottoms)
