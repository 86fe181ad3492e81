"""`Concat` as Concat."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Concat", *step.bottoms, axis=step.module.axis)
