"""`ReLU` as Relu or, with a negative_slope, as LeakyRelu."""

from ..step import Step


def emit(step: Step) -> None:
    slope = step.module.negative_slope
    if slope:
        step.top("LeakyRelu", *step.bottoms, alpha=slope)
    else:
        step.top("Relu", *step.bottoms)
