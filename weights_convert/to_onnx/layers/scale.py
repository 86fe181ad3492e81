"""`Scale` as Mul and, with bias_term, Add."""

from ..step import Step


def emit(step: Step) -> None:
    x, *given = step.bottoms
    axes = len((*step.shapes[1:], *(blob.shape for blob in step.blobs))[0])
    spread = [step.aligned(s, axes, step.module.begin) for s in (*given, *step.parameters())]
    if len(spread) == 1:
        step.top("Mul", x, *spread)
    else:
        step.top("Add", step.op("Mul", x, spread[0]), spread[1])
