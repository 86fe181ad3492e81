"""`BatchNorm` as (x - mean) / sqrt(variance + eps)."""

from ..step import Step


def emit(step: Step) -> None:
    by_batch = step.module.use_global_stats is False
    centred, variance = batch(step) if by_batch else stored(step)
    deviation = step.op("Sqrt", step.op("Add", variance, step.floats(step.module.eps)))
    step.top("Div", centred, deviation)


def stored(step: Step) -> tuple[str, str]:
    """The bottom less the stored mean, and the stored variance."""
    *sums, divisor = step.parameters()
    # Caffe: the blobs are sums that scale_factor divides; if it is 0, they count as 0.
    none = step.op("Equal", divisor, step.floats(0))
    factor = step.op("Where", none, divisor, step.op("Reciprocal", divisor))
    mean, variance = (step.aligned(step.op("Mul", s, factor), 1, begin=1) for s in sums)
    return step.op("Sub", *step.bottoms, mean), variance


def batch(step: Step) -> tuple[str, str]:
    """The bottom less its mean, and its variance, over all axes but that of the channels."""
    axes = [axis for axis in range(len(step.shapes[0])) if axis != 1]
    centred = step.op("Sub", *step.bottoms, step.op("ReduceMean", *step.bottoms, axes=axes))
    return centred, step.op("ReduceMean", step.op("Mul", centred, centred), axes=axes)
