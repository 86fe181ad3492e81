"""`MVN` as (x - mean) / (deviation + eps), over each image or each of its channels."""

from ..step import Step


def emit(step: Step) -> None:
    layer, [x], axes = step.module, step.bottoms, len(step.shapes[0])
    if axes < 4:  # Caffe: the top has four all the same
        x = step.op("Reshape", x, step.ints(*[0] * axes, *[1] * (4 - axes)))
    mean = step.op("ReduceMean", x, axes=layer.over)
    if not layer.normalize:
        step.top("Sub", x, mean)
        return
    centred = step.op("Sub", x, mean)
    variance = step.op("ReduceMean", step.op("Mul", centred, centred), axes=layer.over)
    # Caffe: eps is added to the deviation, not to the variance.
    deviation = step.op("Add", step.op("Sqrt", variance), step.floats(layer.eps))
    step.top("Div", centred, deviation)
