"""Tiles of an image in channels_last: overlapping ones to read, adjoining ones to write.

Shape   images (N, H, W, C); tiles (width, height, N, rows of tiles, tiles across, C): what is at
        one place of every tile lies together
"""

from collections.abc import Iterator

import torch
from torch import Tensor


def pad(x: Tensor, padded: Tensor, start: int, before: tuple[int, int]) -> None:
    """Fills `padded` with `x`, (N, C, H, W), from row `start` of it on, and zeros around it.

    before: zeros above row 0 and left of column 0.
    """
    inner, outer = [], []
    for axis, (at, zeros) in enumerate(zip((start, 0), before, strict=True)):
        size, length = x.shape[2 + axis], padded.shape[1 + axis]
        low = min(max(zeros - at, 0), length)
        high = max(min(zeros + size - at, length), low)
        inner.append((low, high))
        outer.append(slice(at - zeros + low, at - zeros + high))
    (top, bottom), (left, right) = inner
    padded[:, :top].zero_()
    padded[:, bottom:].zero_()
    padded[:, top:bottom, :left].zero_()
    padded[:, top:bottom, right:].zero_()
    padded[:, top:bottom, left:right] = x[:, :, outer[0], outer[1]].permute(0, 2, 3, 1)


def overlapping(image: Tensor, size: int, step: int, rows: int, across: int) -> Tensor:
    """`rows` x `across` tiles of `size` x `size`, each `step` pixels after the one before."""
    s = image.stride()
    shape = (size, size, image.shape[0], rows, across, image.shape[3])
    return image.as_strided(shape, (s[2], s[1], s[0], s[1] * step, s[2] * step, 1))


def place(tiles: Tensor, out: Tensor, relu: bool) -> None:
    """Writes adjoining tiles into the image `out`, as far as it goes; relu: negative ones as 0."""
    for part, tall in _parts(out, tiles, 1, (1, 3)):
        for target, tile in _parts(part, tall, 2, (0, 4)):
            target = _as_tiles(target, tile)
            if relu:
                torch.clamp_min(tile, 0, out=target)
            else:
                target.copy_(tile)


def _parts(
    out: Tensor, tiles: Tensor, axis: int, axes: tuple[int, int]
) -> Iterator[tuple[Tensor, Tensor]]:
    """The whole tiles along `axis` of `out`, and the last one where only a part of it is left.

    axes: of `tiles`, that within a tile and that of the tiles.
    """
    step, pixels = tiles.shape[axes[0]], out.shape[axis]
    whole, rest = divmod(pixels, step)
    if whole:
        yield out.narrow(axis, 0, whole * step), tiles.narrow(axes[1], 0, whole)
    if rest:
        last = tiles.narrow(axes[1], whole, 1).narrow(axes[0], 0, rest)
        yield out.narrow(axis, whole * step, rest), last


def _as_tiles(out: Tensor, tiles: Tensor) -> Tensor:
    """The memory of `out` in the shape of `tiles`."""
    wide, tall = tiles.shape[:2]
    n, h, w, c = out.stride()
    return out.as_strided(tiles.shape, (w, h, n, h * tall, w * wide, c), out.storage_offset())
