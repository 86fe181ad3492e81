"""`Exp` as Mul, Exp and Mul."""

from ..step import Step


def emit(step: Step) -> None:
    [x], layer = step.bottoms, step.module
    step.chain(x, ("Mul", layer.inner), ("Exp", None), ("Mul", layer.outer))
