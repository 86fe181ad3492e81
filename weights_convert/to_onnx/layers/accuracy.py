"""`Accuracy` as counts of the scores that are not below the label's own."""

from ..step import FLOAT, INT, Step


def emit(step: Step) -> None:
    hits, counted, label = hits_of(step)
    step.top("Div", total(step, hits), at_least_1(step, total(step, counted)))
    if step.module.by_class:
        classes = step.ints(*range(step.shapes[0][step.module.axis]))
        mine = step.op("Cast", step.op("Equal", label, classes), to=FLOAT)
        of_class = (step.op("Mul", mine, x) for x in (hits, counted))
        right, seen = (step.op("ReduceSum", x, step.ints(0), keepdims=0) for x in of_class)
        step.top("Div", right, at_least_1(step, seen), index=1)


def hits_of(step: Step) -> tuple[str, str, str]:
    """1 where the label is among the top_k, 1 where it counts at all, the label: (places, 1)."""
    layer, (scores, labels) = step.module, step.bottoms
    label = step.op("Cast", step.op("Reshape", labels, step.ints(-1, 1)), to=INT)
    ignored = step.op("Equal", label, step.ints(-1 if layer.ignore is None else layer.ignore))
    label = step.op("Where", ignored, step.ints(0), label)
    counted = step.op("Sub", step.floats(1), step.op("Cast", ignored, to=FLOAT))
    rows = by_place(step, scores)
    own = step.op("GatherElements", rows, label, axis=1)
    # Caffe: a class with the label's own score counts as better.
    not_below = step.op("Cast", step.op("GreaterOrEqual", rows, own), to=FLOAT)
    rank = step.op("ReduceSum", not_below, step.ints(1))
    hit = step.op("Cast", step.op("LessOrEqual", rank, step.floats(layer.top_k)), to=FLOAT)
    return step.op("Mul", hit, counted), counted, label


def by_place(step: Step, scores: str) -> str:
    """The scores as (places, classes)."""
    axes, axis = list(range(len(step.shapes[0]))), step.module.axis
    turned = step.op("Transpose", scores, perm=[*axes[:axis], *axes[axis + 1 :], axis])
    return step.op("Reshape", turned, step.ints(-1, step.shapes[0][axis]))


def total(step: Step, x: str) -> str:
    return step.op("ReduceSum", x, keepdims=0)


def at_least_1(step: Step, x: str) -> str:
    return step.op("Max", x, step.floats(1))
