"""`BNLL` as F.softplus."""

from ..step import Step


def emit(step: Step) -> str:
    return f"F.softplus({step.bottom})"
