"""`BNLL` as Softplus."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Softplus", *step.bottoms)
