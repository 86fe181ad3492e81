"""`Pooling` as MaxPool or AveragePool, on a bottom that is padded first where ONNX would differ.

What ceil_mode makes of a window that passes the end has changed between versions of ONNX, and its
AveragePool divides by other counts.  It is used only where every reading gives Caffe's: for MAX
without pad and kernel >= stride.  Elsewhere the bottom is padded, to a size that depends on its
own, so that Caffe's windows are exactly those that fit.
"""

from math import prod

from ...layers.pooling import EMPTY
from ..step import FLOAT, Step


def emit(step: Step) -> None:
    if step.module.over_all:
        over_all(step)
    elif step.module.average:
        average(step)
    elif step.module.with_mask:
        largest_and_mask(step)
    else:
        largest(step)


def over_all(step: Step) -> None:
    step.top("GlobalAveragePool" if step.module.average else "GlobalMaxPool", *step.bottoms)
    if step.module.with_mask:
        flat = step.op("Reshape", *step.bottoms, step.ints(0, 0, 1, -1))
        step.top("Cast", step.op("ArgMax", flat, axis=3), index=1, to=FLOAT)


def average(step: Step) -> None:
    if none_passes_the_end(step):
        step.top("AveragePool", *step.bottoms, **window(step), **pads(step), count_include_pad=1)
        return
    means = step.op("AveragePool", padded(step, 0), **window(step))
    sums = step.op("Mul", means, step.floats(prod(step.module.kernel)))
    step.top("Div", sums, pixels(step))


def largest(step: Step) -> None:
    layer = step.module
    if none_passes_the_end(step):
        step.top("MaxPool", *step.bottoms, **window(step), **pads(step))
    elif layer.pad == (0, 0) and all(map(int.__ge__, layer.kernel, layer.stride)):
        step.top("MaxPool", *step.bottoms, **window(step), ceil_mode=1)
    else:
        step.top("MaxPool", padded(step, EMPTY), **window(step))


def largest_and_mask(step: Step) -> None:
    """The tops; ONNX counts places in all of the padded bottom, Caffe in a plane of the bottom."""
    wide, (tall_pad, wide_pad) = padded(step, EMPTY), step.module.pad
    top, place = step.ops("MaxPool", wide, count=2, **window(step))
    height, width = side(step, wide, 2), side(step, wide, 3)
    place = step.op("Mod", place, step.op("Mul", height, width))
    row = step.op("Sub", step.op("Div", place, width), step.integer(tall_pad))
    column = step.op("Sub", step.op("Mod", place, width), step.integer(wide_pad))
    row_start = step.op("Mul", row, side(step, *step.bottoms, 3))
    mask = step.op("Cast", step.op("Add", row_start, column), to=FLOAT)
    empty = step.op("Equal", top, step.floats(EMPTY))
    step.top("Identity", top)
    step.top("Where", empty, step.floats(-1), mask, index=1)


def window(step: Step) -> dict:
    return {"kernel_shape": step.module.kernel, "strides": step.module.stride}


def pads(step: Step) -> dict:
    return {"pads": step.module.pad * 2}


def none_passes_the_end(step: Step) -> bool:
    """Whether that is so for bottoms of any size."""
    return not step.module.ceil or step.module.stride == (1, 1)


def side(step: Step, x: str, axis: int) -> str:
    """The size of `x` along `axis`, a scalar."""
    return step.op("Gather", step.op("Shape", x), step.integer(axis))


def last_window(step: Step, axis: int) -> str:
    """The index of the last window along height (axis 0) or width (axis 1), a scalar."""
    layer, size = step.module, side(step, *step.bottoms, 2 + axis)
    kernel, stride, pad = layer.kernel[axis], layer.stride[axis], layer.pad[axis]
    up = stride - 1 if layer.ceil else 0
    room = step.op("Add", size, step.integer(2 * pad - kernel + up))
    last = step.op("Div", room, step.integer(stride))
    if not any(layer.pad):
        return last
    # Caffe: with a pad, the last window begins on the image or in the pad before it.
    inside = step.op("Add", size, step.integer(pad - 1))
    return step.op("Min", last, step.op("Div", inside, step.integer(stride)))


def padded(step: Step, value: float) -> str:
    """The bottom, padded with `value` before it by the pad, after it as far as windows reach."""
    [x], before, after = step.bottoms, step.module.pad, []
    for axis, pad in enumerate(before):
        start = step.op("Mul", last_window(step, axis), step.integer(step.module.stride[axis]))
        end = step.op("Add", start, step.ints(step.module.kernel[axis] - pad))
        past = step.op("Sub", end, side(step, x, 2 + axis))
        after.append(step.op("Max", past, step.ints(0)))
    pads = step.op("Concat", step.ints(0, 0, *before, 0, 0), *after, axis=0)
    return step.op("Pad", x, pads, step.floats(value))


def pixels(step: Step) -> str:
    """(h, w) of how many pixels AVE divides by."""
    # Caffe: pixels of the pad count, but none beyond; past all of them counts are negative.
    tall, wide = (pixels_along(step, axis) for axis in (0, 1))
    return step.op("Mul", step.op("Unsqueeze", tall, step.ints(1)), wide)


def pixels_along(step: Step, axis: int) -> str:
    layer = step.module
    kernel, stride, pad = layer.kernel[axis], layer.stride[axis], layer.pad[axis]
    count = step.op("Add", last_window(step, axis), step.integer(1))
    indices = step.op("Range", step.integer(0), count, step.integer(1))
    starts = step.op("Mul", indices, step.integer(stride))
    size = step.op("Add", side(step, *step.bottoms, 2 + axis), step.integer(2 * pad))
    ends = step.op("Min", step.op("Add", starts, step.integer(kernel)), size)
    return step.op("Cast", step.op("Sub", ends, starts), to=FLOAT)
