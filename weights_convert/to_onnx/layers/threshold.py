"""`Threshold` as Greater, cast to float32."""

from ..step import FLOAT, Step


def emit(step: Step) -> None:
    above = step.op("Greater", *step.bottoms, step.floats(step.module.threshold))
    step.top("Cast", above, to=FLOAT)
