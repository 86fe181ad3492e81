"""`Embed` as F.embedding."""

from ..step import Step


def emit(step: Step) -> str:
    step.note("Caffe: Embed takes its rows as numbers like any other.")
    weight, *bias = step.parameters()
    return " + ".join([f"F.embedding({step.bottom}.long(), {weight})", *bias])
