"""`Softmax` as torch.softmax."""

from ..step import Step


def emit(step: Step) -> str:
    return f"torch.softmax({step.bottom}, {step.module.axis})"
