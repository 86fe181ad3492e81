"""`Bias` as a sum with the bias, or the second bottom."""

from ..step import Step


def emit(step: Step) -> str:
    x, *given = step.bottoms
    [bias] = given or step.parameters()
    [shape] = step.shapes[1:] or step.parameter_shapes
    return f"{x} + {step.laid(bias, shape, step.module.begin)}"
