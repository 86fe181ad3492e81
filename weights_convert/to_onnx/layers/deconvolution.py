"""`Deconvolution` as ConvTranspose."""

from ..step import Step
from .convolution import window


def emit(step: Step) -> None:
    for index, bottom in enumerate(step.bottoms):
        fields = window(step, step.module.group)
        step.top("ConvTranspose", bottom, *step.parameters(), index=index, **fields)
