"""`Clip` as Min and Max."""

from ..step import Step


def emit(step: Step) -> None:
    # Caffe: of a min above max the min counts; the order of ONNX's Clip would take the max.
    low, high = step.floats(step.module.min), step.floats(step.module.max)
    step.top("Max", step.op("Min", *step.bottoms, high), low)
