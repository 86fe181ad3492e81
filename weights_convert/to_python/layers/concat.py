"""`Concat` as torch.cat."""

from ..expressions import call
from ..step import Step


def emit(step: Step) -> str:
    return call("torch.cat", f"[{', '.join(step.bottoms)}]", step.module.axis)
