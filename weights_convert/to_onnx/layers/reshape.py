"""`Reshape` as Reshape, in which 0 and -1 mean the same."""

from ..step import Step


def emit(step: Step) -> None:
    layer = step.module
    step.reshape_top(*step.bottoms, [0] * layer.begin + list(layer.dims), copied=layer.end)
