"""`Convolution` as Conv; several bottoms share the initializers."""

from ..step import Step


def emit(step: Step) -> None:
    for index, bottom in enumerate(step.bottoms):
        fields = window(step, step.module.group)
        step.top("Conv", bottom, *step.parameters(), index=index, **fields)


def window(step: Step, group: int) -> dict:
    """The attributes that Conv and ConvTranspose have in common."""
    layer = step.module
    return {
        "kernel_shape": layer.kernel,
        "strides": layer.stride,
        "pads": (*layer.pad, *layer.pad),
        "dilations": layer.dilation,
        "group": group,
    }
