"""`Parameter` as its parameter."""

from ..step import Step


def emit(step: Step) -> str:
    [weight] = step.parameters()
    return weight
