"""`Parameter` as Identity of an initializer."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Identity", *step.parameters())
