"""`Slice` as Split or, at slice_points, as one Slice for each top."""

from itertools import pairwise

from ..step import END, Step


def emit(step: Step) -> None:
    layer = step.module
    if not layer.points:
        step.all_tops("Split", *step.bottoms, axis=layer.axis)
        return
    for index, (start, end) in enumerate(pairwise((0, *layer.points, END))):
        bounds = (step.ints(number) for number in (start, end, layer.axis))
        step.top("Slice", *step.bottoms, *bounds, index=index)
