"""`ReLU` as F.relu or F.leaky_relu."""

from ..expressions import number
from ..step import Step


def emit(step: Step) -> str:
    slope = step.module.negative_slope
    return f"F.leaky_relu({step.bottom}, {number(slope)})" if slope else f"F.relu({step.bottom})"
