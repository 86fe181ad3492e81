"""`Swish` as x Sigmoid(beta x)."""

from ..step import Step


def emit(step: Step) -> None:
    [x], beta = step.bottoms, step.floats(step.module.beta)
    step.top("Mul", x, step.op("Sigmoid", step.op("Mul", x, beta)))
