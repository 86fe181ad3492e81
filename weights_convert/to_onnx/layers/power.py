"""`Power` as Mul, Add and Pow, less those that change nothing."""

import numpy as np

from ..step import Step


def emit(step: Step) -> None:
    layer, [x] = step.module, step.bottoms
    if layer.power * layer.scale:
        step.chain(x, ("Mul", layer.scale), ("Add", layer.shift), ("Pow", layer.power))
        return
    # Caffe: the top does not depend on x then, not even on its NaNs.
    with np.errstate(all="ignore"):
        constant = np.float_power(layer.shift, layer.power)
    step.top("Expand", step.floats(constant), step.op("Shape", x))
