"""`Clip` as two calls of clamp."""

from ..expressions import number
from ..step import Step


def emit(step: Step) -> str:
    low, high = number(step.module.min), number(step.module.max)
    step.note("Caffe: of a min above max the min counts; clamp(min, max) would take the max.")
    return f"{step.bottom}.clamp(max={high}).clamp(min={low})"
