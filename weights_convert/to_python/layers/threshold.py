"""`Threshold` as a comparison."""

from ..expressions import number
from ..step import Step


def emit(step: Step) -> str:
    return f"({step.bottom} > {number(step.module.threshold)}).to({step.bottom}.dtype)"
