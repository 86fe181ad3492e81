"""`Deconvolution` as nn.ConvTranspose2d."""

from ..step import Step
from .convolution import slide


def emit(step: Step) -> str:
    if step.module.group == 1 and step.module.num_output > 1:
        step.note("Caffe: dense kernels, although those of an interpolation are mostly zeros.")
    return slide(step, "nn.ConvTranspose2d")
