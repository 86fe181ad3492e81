"""What Caffe's backward pass leaves out: lr_mult 0, propagate_down, and what force_backward forces.

Source  BVLC/caffe src/caffe/net.cpp (Init, AppendParam, AppendBottom).
"""

from collections.abc import Iterable

from torch import Tensor, nn

from .errors import ConvertError
from .graph import Layer


def learnable(
    owned: Iterable[tuple[Layer, list[nn.Parameter]]], force_backward: bool
) -> set[nn.Parameter]:
    """The parameters whose gradient Caffe computes.

    owned: each layer with its parameters in Caffe's blob order, a shared one in every such layer.
    """
    rates: dict[nn.Parameter, float] = {}
    every: set[nn.Parameter] = set()
    for layer, parameters in owned:
        if len(layer.params) > len(parameters):
            raise ConvertError(
                f"layer {layer.name!r}: {len(layer.params)} param blocks, "
                f"expected at most {len(parameters)}"
            )
        # Caffe: some parameters are never learned, such as the statistics of BatchNorm.
        every.update(parameter for parameter in parameters if parameter.requires_grad)
        for block, parameter in zip(layer.params, parameters, strict=False):
            if "lr_mult" in block.given:
                rates[parameter] = block.lr_mult
    return {parameter for parameter in every if force_backward or rates.get(parameter, 1.0)}


def passed_down(layer: Layer, bottoms: list[Tensor], force_backward: bool) -> list[Tensor]:
    """`bottoms`, cut off from what made them where the layer passes no gradient down."""
    if force_backward or not layer.propagate_down:
        return bottoms
    return [
        x if down else x.detach() for x, down in zip(bottoms, layer.propagate_down, strict=True)
    ]
