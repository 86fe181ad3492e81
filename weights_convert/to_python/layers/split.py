"""`Split` as the bottom itself, several times."""

from ..step import Step


def emit(step: Step) -> str:
    return ", ".join([step.bottom] * step.module.count)
