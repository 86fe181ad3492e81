"""`PReLU` as F.prelu."""

from ..step import Step


def emit(step: Step) -> str:
    [slope] = step.parameters()
    return f"F.prelu({step.bottom}, {slope})"
