"""`Swish` as x sigmoid(beta x)."""

from ..expressions import number
from ..step import Step


def emit(step: Step) -> str:
    x = step.bottom
    return f"{x} * torch.sigmoid({number(step.module.beta)} * {x})"
