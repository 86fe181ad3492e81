"""`Bias` as Add."""

from ..step import Step


def emit(step: Step) -> None:
    x, *given = step.bottoms
    [bias] = given or step.parameters()
    axes = len(step.shapes[1]) if given else step.blobs[0].dim()
    step.top("Add", x, step.aligned(bias, axes, step.module.begin))
