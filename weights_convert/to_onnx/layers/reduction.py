"""`Reduction` as the Reduce node of its operation, over `axis` and all that follow."""

from ..step import Step

TYPES = {"ASUM": "ReduceL1", "SUMSQ": "ReduceSumSquare", "MEAN": "ReduceMean"}


def emit(step: Step) -> None:
    fields, [x] = step.fields("reduction_param"), step.bottoms
    axes = range(step.module.axis, len(step.shapes[0]))
    if fields.operation == "SUM":  # of opset 17, this one alone takes its axes as an input
        reduced = step.op("ReduceSum", x, step.ints(*axes), keepdims=0)
    else:
        reduced = step.op(TYPES[fields.operation], x, axes=axes, keepdims=0)
    step.chain(reduced, ("Mul", fields.coeff))
