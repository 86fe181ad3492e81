"""`ELU` as Elu."""

from ..step import Step


def emit(step: Step) -> None:
    step.top("Elu", *step.bottoms, alpha=step.module.alpha)
