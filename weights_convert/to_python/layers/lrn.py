"""`LRN` as F.local_response_norm or, WITHIN_CHANNEL, spelled out."""

from ..expressions import call, exact, number
from ..step import Step


def emit(step: Step) -> str:
    layer, x, alpha = step.module, step.bottom, number(step.module.alpha)
    if not layer.within:
        values = layer.size, alpha, exact(layer.beta), number(layer.k)
        return call("F.local_response_norm", x, *values)
    step.note("Caffe: LRN within a channel does not use k, it is 1.")
    mean = call("F.avg_pool2d", f"{x}.square()", layer.size, 1, layer.size // 2 or None)
    return f"{x} * (1 + {alpha} * {mean}).pow({exact(-layer.beta)})"
