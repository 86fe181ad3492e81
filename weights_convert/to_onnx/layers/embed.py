"""`Embed` as Gather and, with bias_term, Add."""

from ..step import INT, Step


def emit(step: Step) -> None:
    weight, *bias = step.parameters()
    rows = step.op("Cast", *step.bottoms, to=INT)
    if bias:
        step.top("Add", step.op("Gather", weight, rows), *bias)
    else:
        step.top("Gather", weight, rows)
