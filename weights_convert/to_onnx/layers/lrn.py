"""`LRN` as LRN or, WITHIN_CHANNEL, as x (1 + alpha mean of squares) ^ -beta."""

from ..step import Step


def emit(step: Step) -> None:
    layer, [x] = step.module, step.bottoms
    if layer.within:
        step.top("Mul", x, step.op("Pow", base(step), step.floats(-layer.beta)))
    else:
        fields = {"size": layer.size, "alpha": layer.alpha, "beta": layer.beta, "bias": layer.k}
        step.top("LRN", x, **fields)


def base(step: Step) -> str:
    layer, [x] = step.module, step.bottoms
    # Caffe: within a channel, k is not used, and pixels of the pad count in the mean.
    mean = step.op(
        "AveragePool",
        step.op("Mul", x, x),
        kernel_shape=(layer.size, layer.size),
        pads=(layer.size // 2,) * 4,
        count_include_pad=1,
    )
    return step.op("Add", step.op("Mul", mean, step.floats(layer.alpha)), step.floats(1))
