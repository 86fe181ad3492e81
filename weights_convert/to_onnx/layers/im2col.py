"""`Im2col` as a Conv whose kernels each pick one place of the window, channel by channel."""

import numpy as np

from ...errors import UnsupportedError
from ..step import Step
from .convolution import window


def emit(step: Step) -> None:
    if len(step.shapes[0]) != 4:
        raise UnsupportedError(f"a bottom of shape {step.shapes[0]}, expected (N, C, H, W)")
    channels, places = step.shapes[0][1], step.module.kernel[0] * step.module.kernel[1]
    picks = np.eye(places, dtype=np.float32).reshape(places, 1, *step.module.kernel)
    kernels = step.floats(np.tile(picks, (channels, 1, 1, 1)))
    step.top("Conv", *step.bottoms, kernels, **window(step, group=channels))
