"""`Power` as operators."""

import torch

from ..expressions import exact, number
from ..step import Step


def emit(step: Step) -> str:
    layer = step.module
    if not layer.power * layer.scale:
        step.note("Caffe: Power with scale or power 0 does not depend on its bottom.")
        constant = torch.tensor(layer.shift, dtype=torch.float64).pow(layer.power).item()
        return f"torch.full_like({step.bottom}, {exact(constant)})"
    base = step.bottom if layer.scale == 1 else f"{number(layer.scale)} * {step.bottom}"
    base = f"{base} + {number(layer.shift)}" if layer.shift else base
    if layer.power == 1:
        return base
    return f"({base}).pow({exact(layer.power)})"
