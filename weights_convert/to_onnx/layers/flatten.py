"""`Flatten` as Reshape."""

from ..step import Step


def emit(step: Step) -> None:
    begin, end = step.module.begin, step.module.end
    # Caffe: an end_axis just before axis puts an axis between them, of the size 1 that is left.
    step.reshape_top(*step.bottoms, [0] * begin + [-1], copied=end)
