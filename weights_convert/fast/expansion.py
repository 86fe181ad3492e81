"""Copies of the columns that a blob leaves out, put where they belong."""

from functools import lru_cache

import torch
from torch import Tensor

from .plan import Place
from .zones import Axis


def expanded(x: Tensor, given: Place, wanted: Place) -> Tensor:
    """`x`, (N, C, H, W) stored as `given`, with the columns that `wanted` stores."""
    rows = x.permute(0, 2, 3, 1)
    for dim, (old, new) in enumerate(zip(given, wanted, strict=True), 1):
        if old.stored != new.stored:
            rows = _along(rows, dim, old, new)
    return rows.permute(0, 3, 1, 2)


def _along(x: Tensor, dim: int, old: Axis, new: Axis) -> Tensor:
    return x.index_select(dim, _indices(old, new, x.device))


@lru_cache(256)
def _indices(old: Axis, new: Axis, device: torch.device) -> Tensor:
    """Kept: a CUDA graph can record no copy from the host."""
    return torch.tensor(old.indices(new), device=device)
