"""`AbsVal` as torch.abs."""

from ..step import Step


def emit(step: Step) -> str:
    return f"torch.abs({step.bottom})"
