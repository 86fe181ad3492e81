"""`Softmax` as Softmax."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Softmax", *step.bottoms, axis=step.module.axis)
