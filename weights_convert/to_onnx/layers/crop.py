"""`Crop` as a Slice that ends where the shape of the second bottom says.

Errors  none at run time: where Caffe stops since the window leaves the first bottom, Slice gives a
        smaller top.
"""

from ..step import Step


def emit(step: Step) -> None:
    bottom, like = step.bottoms
    axis, offset = step.module.axis, step.module.offset
    start = step.ints(*offset)
    end = step.op("Add", step.op("Shape", like, start=axis), start)
    step.top("Slice", bottom, start, end, step.ints(*range(axis, axis + len(offset))))
