"""`Slice` as split into equal parts, or tensor_split at slice_points."""

from ..expressions import call
from ..step import Step


def emit(step: Step) -> str:
    layer, x = step.module, step.bottom
    if layer.count == 1:
        return x
    if layer.points:
        return call(f"{x}.tensor_split", layer.points, layer.axis)
    return call(f"{x}.split", f"{x}.shape[{layer.axis}] // {layer.count}", layer.axis)
