"""`Eltwise` as Mul, Sum or Max; coefficients are multiplied before the sum."""

from functools import reduce

from ..step import Step


def emit(step: Step) -> None:
    if step.module.operation == "PROD":
        *others, last = step.bottoms
        step.top("Mul", reduce(lambda top, x: step.op("Mul", top, x), others), last)
    elif step.module.operation == "MAX":
        step.top("Max", *step.bottoms)
    else:
        step.top("Sum", *terms(step))


def terms(step: Step) -> list[str]:
    """The bottoms times their coefficients."""
    coeff = step.module.coeff or [1.0] * len(step.bottoms)
    pairs = list(zip(coeff, step.bottoms, strict=True))
    # Caffe: clears the top before it sums, in place the first bottom with it.
    pairs = pairs[1:] if step.module.loses_first else pairs
    return [x if c == 1 else step.op("Mul", x, step.floats(c)) for c, x in pairs]
