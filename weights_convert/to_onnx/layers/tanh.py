"""`TanH` as Tanh."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Tanh", *step.bottoms)
