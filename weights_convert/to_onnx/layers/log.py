"""`Log` as Mul, Add, Log and Mul."""

from ..step import Step


def emit(step: Step) -> None:
    [x], layer = step.bottoms, step.module
    ops = ("Mul", layer.scale), ("Add", layer.shift), ("Log", None), ("Mul", layer.outer)
    step.chain(x, *ops)
