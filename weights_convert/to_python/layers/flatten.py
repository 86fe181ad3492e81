"""`Flatten` as flatten."""

from ..expressions import call
from ..step import Step


def emit(step: Step) -> str:
    begin, end, axes = step.module.begin, step.module.end, len(step.shapes[0])
    if begin == end:
        step.note("Caffe: an end_axis just before axis puts an axis of size 1 between them.")
        return call(f"{step.bottom}.unsqueeze", begin)
    return call(f"{step.bottom}.flatten", begin, end - 1 if end < axes else None)
