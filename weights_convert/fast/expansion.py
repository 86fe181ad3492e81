"""Copies of the columns that a blob leaves out, put where they belong."""

from functools import lru_cache

import torch
from torch import Tensor

from . import crew
from .plan import Place
from .workspace import Workspace
from .zones import Axis

STRIP = 2 << 20  # bytes that a thread copies at once, which then stay in the cache


def expanded(x: Tensor, given: Place, wanted: Place, workspace: Workspace) -> Tensor:
    """`x`, (N, C, H, W) stored as `given`, with the columns that `wanted` stores."""
    tall, wide = (
        None if old.stored == new.stored else _indices(old, new, x.device)
        for old, new in zip(given, wanted, strict=True)
    )
    rows, stored = x.permute(0, 2, 3, 1), wanted.stored
    out = workspace.like(x, x.shape[0], *stored, x.shape[1])

    def fill(span: crew.Span) -> None:
        some = slice(*span)
        part = rows[:, some] if tall is None else rows.index_select(1, tall[some])
        out[:, some] = part if wide is None else part.index_select(2, wide)

    cpu = x.device.type == "cpu"
    most = STRIP // max(1, out[:, :1].nbytes) if cpu else stored[0]
    crew.each(fill, crew.cuts(stored[0], most))
    return out.permute(0, 3, 1, 2)


@lru_cache(256)
def _indices(old: Axis, new: Axis, device: torch.device) -> Tensor:
    """Kept: a CUDA graph can record no copy from the host."""
    return torch.tensor(old.indices(new), device=device)
