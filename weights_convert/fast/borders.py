"""Zeros around a bottom that are stated for each side, as no convolution of PyTorch takes them."""

import torch.nn.functional as F
from torch import Tensor

Borders = tuple[tuple[int, int], tuple[int, int]]  # pixels before and after, of height and width


def split(borders: Borders) -> tuple[tuple[int, int], Borders]:
    """What a convolution pads by itself, the same on both sides, and the Borders that are left."""
    both = tuple(min(pair) for pair in borders)
    left = tuple((a - c, b - c) for (a, b), c in zip(borders, both, strict=True))
    return both, left


def padded(x: Tensor, borders: Borders) -> Tensor:
    """`x` with these zeros around it; `x` itself where there are none."""
    (top, bottom), (left, right) = borders
    return F.pad(x, (left, right, top, bottom)) if any((top, bottom, left, right)) else x
