"""`Log` as torch.log, with a factor after it."""

from ..expressions import exact, number
from ..step import Step


def emit(step: Step) -> str:
    layer = step.module
    inner = step.bottom if layer.scale == 1 else f"{number(layer.scale)} * {step.bottom}"
    inner = f"{inner} + {number(layer.shift)}" if layer.shift else inner
    top = f"torch.log({inner})"
    return top if layer.outer == 1 else f"{exact(layer.outer)} * {top}"
