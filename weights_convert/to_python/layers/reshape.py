"""`Reshape` as reshape."""

from ..expressions import call
from ..step import Step


def emit(step: Step) -> str:
    layer, axes = step.module, len(step.shapes[0])
    before, after = range(layer.begin), range(layer.end, axes)
    dims = [dim or f"{step.bottom}.shape[{layer.begin + i}]" for i, dim in enumerate(layer.dims)]
    sizes = [[f"{step.bottom}.shape[{axis}]" for axis in kept] for kept in (before, after)]
    return call(f"{step.bottom}.reshape", *sizes[0], *dims, *sizes[1])
