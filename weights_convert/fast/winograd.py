"""Convolution of stride 1 by Winograd's minimal filtering, as products of matrices, on the CPU.

Tiles of the bottom are brought to the points of toom_cook.py, where a convolution is a product of
two matrices, and the products are brought back.  4 x 4 outputs of a 3 x 3 kernel take 36
multiplications for the 144 of a direct convolution, 2 x 2 of a 7 x 7 kernel 64 for 196.

Shape   float32 (N, C, H, W) in channels_last -> the same, as of a direct convolution
Units   its rounding errors, of random numbers and in standard deviations of the top, are 1.3e-6
        for 3 x 3 kernels and 256 channels, 4.7e-6 for 7 x 7 and 128, where those of a direct
        convolution are 0.6e-6 and 1.0e-6
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from . import tiles, toom_cook
from .borders import Borders
from .workspace import Workspace

BUDGET = 24 << 20  # bytes of the tiles of a pass, which then stay in the cache
SLICE = 40 << 20  # bytes of weights that are brought to the points at once, else half of that
MANY = 512  # tiles of a pass over weights in several slices, which are brought there in each
PREPARED = 256 << 20  # bytes of weights that are kept at the points, of kernels larger than 3 x 3
TILES, POINTS, PADDED, WEIGHTS, ROWS = range(5)  # numbers of buffers; used again as noted
PRODUCTS, FOUND = TILES, PADDED


class Winograd:
    """A convolution with square kernels.

    Bringing 3 x 3 weights to the points takes little time, so that they are kept as they are.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, relu: bool, workspace: Workspace):
        self.weight, self.bias = weight.detach(), None if bias is None else bias.detach()
        self.relu, self.workspace = relu, workspace
        self.channels_out, self.channels, self.taps, _ = weight.shape
        self.outputs = 4 if self.taps <= 3 else 2  # more of them would be less accurate
        back, of_taps, forth = toom_cook.matrices(self.outputs, self.taps)
        self.forth, self.back = (_both_axes(matrix) for matrix in (forth, back))
        self.of_taps, self.size = torch.from_numpy(of_taps).float(), len(of_taps)
        self.constant = toom_cook.ONE * self.size + toom_cook.ONE
        self.each = 4 * self.size**2 * self.channels  # bytes at the points, of one output channel
        kept = self.taps > 3 and self.each * self.channels_out <= PREPARED
        self.prepared = [self._prepared()] if kept else None

    def __call__(self, x: Tensor, borders: Borders) -> Tensor:
        batch, _, height, width = x.shape
        (top, bottom), (left, right) = borders
        tall, wide = height + top + bottom - self.taps + 1, width + left + right - self.taps + 1
        out = x.new_empty(batch, tall, wide, self.channels_out)
        across = -(-wide // self.outputs)
        weights = self.prepared
        if weights is None and self._slice() == self.channels_out:
            weights = list(self._weights())
        for first, last in self._passes(batch * across, -(-tall // self.outputs)):
            points = self._points(x, first, last - first, across, (top, left))
            rows = out[:, first * self.outputs : last * self.outputs]
            self._multiply(points, weights or self._weights(), rows, across)
        return out.permute(0, 3, 1, 2)

    def _prepared(self) -> Tensor:
        """(size^2, C, K): all weights at the points, in memory of their own."""
        found, start = torch.empty(self.size**2, self.channels, self.channels_out), 0
        for part in self._weights():
            found[:, :, start : start + part.shape[2]] = part
            start += part.shape[2]
        return found

    def _slice(self) -> int:
        """How many output channels are computed at once."""
        whole = self.each * self.channels_out <= SLICE
        return self.channels_out if whole else max(32, SLICE // 2 // self.each)

    def _weights(self) -> Iterator[Tensor]:
        """(size^2, C, some of K): the weights at the points, one slice after the other."""
        for start in range(0, self.channels_out, self._slice()):
            some = self.weight[start : start + self._slice()]
            count, size = some.shape[0] * self.channels, self.size
            rows = self.workspace.take(ROWS, (size, count * self.taps))
            torch.mm(self.of_taps, some.reshape(-1, self.taps).t(), out=rows)
            points = self.workspace.take(WEIGHTS, (size, size, count))
            columns = rows.view(size, count, self.taps).transpose(1, 2)
            torch.bmm(self.of_taps.expand(size, -1, -1), columns, out=points)
            yield points.view(size**2, -1, self.channels).transpose(1, 2)

    def _passes(self, tiles_of_a_row: int, rows: int) -> Iterator[tuple[int, int]]:
        """Rows of tiles, from the first to before the last, as even as can be."""
        most = max(1, BUDGET // (4 * self.size**2 * max(self.channels, self._slice())))
        if self._slice() < self.channels_out:
            most = max(most, MANY)
        count = -(-rows // max(1, most // tiles_of_a_row))
        cuts = [index * rows // count for index in range(count + 1)]
        return pairwise(cuts)

    def _points(self, x: Tensor, first: int, rows: int, across: int, before: tuple) -> Tensor:
        """(size^2, tiles, C): `rows` of overlapping tiles, brought to the points."""
        extent = [(count - 1) * self.outputs + self.size for count in (rows, across)]
        padded = self.workspace.take(PADDED, (x.shape[0], *extent, self.channels))
        tiles.pad(x, padded, first * self.outputs, before)
        view = tiles.overlapping(padded, self.size, self.outputs, rows, across)
        found = self.workspace.take(TILES, view.shape)
        found.copy_(view)
        points = self.workspace.take(POINTS, (self.size**2, found[0, 0].numel()))
        torch.mm(self.forth, found.view(self.size**2, -1), out=points)
        return points.view(self.size**2, -1, self.channels)

    def _multiply(self, points: Tensor, weights: Iterator[Tensor], out: Tensor, across: int):
        """Writes the top, (N, rows, W, K), slice by slice of its channels."""
        start = 0
        for some in weights:
            stop = start + some.shape[2]
            products = self.workspace.take(PRODUCTS, (*points.shape[:2], some.shape[2]))
            torch.bmm(points, some, out=products)
            if self.bias is not None:
                products[self.constant] += self.bias[start:stop]
            found = self.workspace.take(FOUND, (self.outputs**2, products[0].numel()))
            torch.mm(self.back, products.view(self.size**2, -1), out=found)
            shape = (self.outputs, self.outputs, out.shape[0], -1, across, stop - start)
            tiles.place(found.view(shape), out[..., start:stop], self.relu)
            start = stop


def _both_axes(matrix: np.ndarray) -> Tensor:
    return torch.from_numpy(np.kron(matrix, matrix)).float()
