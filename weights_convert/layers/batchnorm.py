"""Caffe `BatchNorm`: less the mean, divided by the root of the variance plus eps, by channel.

Shape   (N, C, ...) -> the same
Blobs   mean (C), variance (C), scale_factor (1): running sums and their divisor, never learned
Errors  ShapeError for a bottom without channels; ConvertError for a blob with lr_mult.
Source  BVLC/caffe src/caffe/layers/batch_norm_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError, ShapeError
from ..fields import Bool, Float

if TYPE_CHECKING:
    from ..graph import Layer

BATCH_NORM = {
    "use_global_stats": Bool(),
    "moving_average_fraction": Float(0.999),
    "eps": Float(1e-5),
}


class BatchNorm(CaffeLayer):
    params = {"batch_norm_param": BATCH_NORM}
    allocates = True

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        if len(shapes[0]) < 2:
            raise ShapeError(f"a bottom of shape {shapes[0]}, expected (N, C, ...)")
        _check_rates(layer)
        fields = layer.fields("batch_norm_param", BATCH_NORM)
        self.use_global_stats, self.eps = fields.use_global_stats, fields.eps
        self.fraction = fields.moving_average_fraction
        self.mean = self.empty_parameter(shapes[0][1], learned=False)
        self.variance = self.empty_parameter(shapes[0][1], learned=False)
        self.scale_factor = self.empty_parameter(1, learned=False)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        if shapes[0][1] != len(self.mean):
            raise ShapeError(f"a bottom of {shapes[0][1]} channels, statistics of {len(self.mean)}")
        return shapes[:1]

    def forward(self, x: Tensor) -> Tensor:
        stored = not self.training if self.use_global_stats is None else self.use_global_stats
        centred, variance = self._by_stored(x) if stored else self._by_batch(x)
        return centred / (variance + self.eps).sqrt()

    def _by_stored(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x less the stored mean, and the stored variance."""
        factor = self.scale_factor.detach()
        # Caffe: the blobs are sums, scale_factor their divisor; a new net has 0 / 0, which is 0.
        factor = torch.where(factor == 0, factor, 1 / factor)
        shape = (-1, *(1,) * (x.dim() - 2))
        mean, variance = (factor * blob.detach() for blob in (self.mean, self.variance))
        return x - mean.view(shape), variance.view(shape)

    def _by_batch(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x less its mean, and its variance, both of which the stored ones take in."""
        over = (0, *range(2, x.dim()))
        mean = x.mean(over, keepdim=True)
        centred = x - mean
        variance = centred.square().mean(over, keepdim=True)
        self._take_in(mean.flatten(), variance.flatten(), x.numel() // x.shape[1])
        return centred, variance

    @torch.no_grad()
    def _take_in(self, mean: Tensor, variance: Tensor, count: int) -> None:
        # Caffe: a sum that fades, without the factor 1 - fraction that PyTorch's average has.
        unbiased = count / (count - 1) if count > 1 else 1.0
        self.scale_factor.mul_(self.fraction).add_(1)
        self.mean.mul_(self.fraction).add_(mean)
        self.variance.mul_(self.fraction).add_(variance, alpha=unbiased)


def _check_rates(layer: "Layer") -> None:
    for index, block in enumerate(layer.params):
        if block.lr_mult:
            raise ConvertError(
                f"lr_mult {block.lr_mult} for blob {index}, expected 0: "
                f"statistics of BatchNorm are not learned"
            )
