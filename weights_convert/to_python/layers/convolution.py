"""`Convolution` as nn.Conv2d; several bottoms share the module."""

from ..expressions import call, square
from ..step import Step


def emit(step: Step) -> str:
    return slide(step, "nn.Conv2d")


def slide(step: Step, kind: str) -> str:
    """The calls of the module of `kind` on each bottom."""
    layer, (_, channels, *_) = step.module, step.shapes[0]
    module = step.own(
        call(
            kind,
            channels,
            layer.num_output,
            square(layer.kernel),
            stride=square(layer.stride, 1),
            padding=square(layer.pad, 0),
            dilation=square(layer.dilation, 1),
            groups=layer.group if layer.group > 1 else None,
            bias=False if layer.bias is None else None,
        )
    )
    return ", ".join(call(module, bottom) for bottom in step.bottoms)
