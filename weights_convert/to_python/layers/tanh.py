"""`TanH` as torch.tanh."""

from ..step import Step


def emit(step: Step) -> str:
    return f"torch.tanh({step.bottom})"
