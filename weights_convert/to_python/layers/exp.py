"""`Exp` as torch.exp, with a factor before and after."""

from ..expressions import exact
from ..step import Step


def emit(step: Step) -> str:
    layer = step.module
    inner = step.bottom if layer.inner == 1 else f"{exact(layer.inner)} * {step.bottom}"
    top = f"torch.exp({inner})"
    if layer.outer == 1:
        return top
    step.note("Caffe: in Exp, base ^ shift is a factor.")
    return f"{exact(layer.outer)} * {top}"
