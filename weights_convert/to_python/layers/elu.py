"""`ELU` as F.elu."""

from ..expressions import number
from ..step import Step


def emit(step: Step) -> str:
    return f"F.elu({step.bottom}, {number(step.module.alpha)})"
