"""`Sigmoid` as torch.sigmoid."""

from ..step import Step


def emit(step: Step) -> str:
    return f"torch.sigmoid({step.bottom})"
