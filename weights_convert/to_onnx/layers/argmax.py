"""`ArgMax` as TopK of the bottom turned round, since of equals Caffe takes the last."""

from ..step import FLOAT, START, Step


def emit(step: Step) -> None:
    layer, [x] = step.module, step.bottoms
    if layer.axis is not None:
        step.top("Identity", largest(step, x, layer.axis)[1 if layer.out_max_val else 0])
        return
    found = largest(step, step.op("Flatten", x, axis=1), 1)[: 1 + layer.out_max_val]
    # Caffe: the top has as many axes as the bottom, and three at least.
    after = [1] * (len(step.shapes[0]) - 3)
    rows = step.op("Concat", *found, axis=1)
    step.top("Reshape", rows, step.ints(0, len(found), layer.top_k, *after))


def largest(step: Step, x: str, axis: int) -> tuple[str, str]:
    """Where the top_k largest along `axis` are, and their values, both float32."""
    turned = step.op("Slice", x, *(step.ints(n) for n in (-1, START, axis, -1)))
    values, places = step.ops("TopK", turned, step.ints(step.module.top_k), count=2, axis=axis)
    last = step.op("Sub", step.op("Shape", x, start=axis, end=axis + 1), step.ints(1))
    return step.op("Cast", step.op("Sub", last, places), to=FLOAT), values
