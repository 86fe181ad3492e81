"""LRN across channels as a product with a band of ones, where PyTorch pools in three dimensions."""

import torch
from torch import Tensor

from ..layers.lrn import LRN

BETA = 0.75  # of every net that has been published with such a layer; two roots give it


def suits(module: LRN) -> bool:
    """Whether `Normalization` computes what `module` does."""
    return not module.within and module.beta == BETA


class Normalization:
    """x (k + alpha mean of squares) ^ -3/4, the mean over local_size channels; zeros beyond.

    In float32, whatever the type of x.
    """

    def __init__(self, module: LRN):
        self.module, self.bands = module, {}

    def __call__(self, x: Tensor) -> Tensor:
        rows = x.permute(0, 2, 3, 1).float()
        sums = rows.square() @ self._band(x)
        root = sums.add_(self.module.k).rsqrt_()
        return (root.sqrt() * root * rows).to(x.dtype).permute(0, 3, 1, 2)

    def _band(self, x: Tensor) -> Tensor:
        """(C, C): alpha / local_size for channels that are near enough to each other."""
        key = x.shape[1], x.device
        if key not in self.bands:
            at = torch.arange(x.shape[1], device=x.device)
            near = (at[:, None] - at).abs() <= self.module.size // 2
            self.bands[key] = near * (self.module.alpha / self.module.size)
        return self.bands[key]
