"""Convolution of stride 1 by Winograd's minimal filtering, as products of matrices, on the CPU.

Tiles of the bottom are brought to the points of toom_cook.py, where a convolution is a product of
two matrices, and the products are brought back.  4 x 4 outputs of a 3 x 3 kernel take 36
multiplications for the 144 of a direct convolution, 2 x 2 of a 7 x 7 kernel 64 for 196.

Shape   float32 (N, C, H, W) in channels_last -> the same, as of a direct convolution
Units   its rounding errors, of random numbers and in standard deviations of the top, are 1.3e-6
        for 3 x 3 kernels and 256 channels, 2.1e-6 for 5 x 5 and 48, 4.7e-6 for 7 x 7 and 128,
        where those of a direct convolution are 0.6e-6, 0.7e-6 and 1.0e-6
"""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from . import crew, tiles, toom_cook
from .borders import Borders
from .crew import Span
from .workspace import Workspace

PASS = 4 << 20  # bytes of the tiles that a thread computes at once, which then stay in the cache
LONG = 12 << 20  # the same where the weights themselves take more than that
SLICE = 17 << 20  # bytes at the points of the weights that a thread multiplies tiles with
PIECE = 8 << 20  # the same of those that it brings there at once
LANES = 32  # output channels, of which a thread has a multiple
SHARED = 40 << 20  # bytes at the points, of weights or of tiles, that all threads read
PREPARED = 256 << 20  # of a layer's weights, at most, that are kept at the points
SMALL = 16 << 20  # the same of 3 x 3 kernels, which are brought there in little time
MANY = 512  # tiles at least that are multiplied with weights which are brought there for them


class Winograd:
    """A convolution with square kernels.

    prepared: whether weights, up to PREPARED bytes of them, are kept at the points; others are
        brought there each time.
    """

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor | None,
        relu: bool,
        workspace: Workspace,
        prepared: bool = True,
    ):
        self.weight, self.bias = weight.detach(), None if bias is None else bias.detach()
        self.relu, self.workspace = relu, workspace
        self.channels_out, self.channels, self.taps, _ = weight.shape
        self.outputs = 4 if self.taps <= 5 else 2  # more of them would be less accurate
        back, of_taps, forth = toom_cook.matrices(self.outputs, self.taps)
        self.forth, self.back = (_both_axes(matrix) for matrix in (forth, back))
        self.of_taps, self.size = torch.from_numpy(of_taps).float(), len(of_taps)
        self.constant = toom_cook.ONE * self.size + toom_cook.ONE
        self.each = 4 * self.size**2 * self.channels  # bytes of a tile, or an output, at the points
        self.bytes = self.each * self.channels_out
        self.prepared: Tensor | None = None
        if prepared and self.bytes <= (PREPARED if self.taps > 3 else SMALL):
            self.prepared = self._prepared()

    def __call__(self, x: Tensor, borders: Borders) -> Tensor:
        out = self.workspace.like(x, *self.shape(x, borders))
        self.into(out, x, borders)
        return out.permute(0, 3, 1, 2)

    def shape(self, x: Tensor, borders: Borders) -> tuple[int, int, int, int]:
        """(N, H, W, K) of the top."""
        tall, wide = (
            size + sum(border) - self.taps + 1
            for size, border in zip(x.shape[2:], borders, strict=True)
        )
        return x.shape[0], tall, wide, self.channels_out

    def into(self, out: Tensor, x: Tensor, borders: Borders) -> None:
        """Writes the top into `out`, (N, H, W, K), which may be a part of the channels of more."""
        job = _Job(x, (borders[0][0], borders[1][0]), out, self.outputs)
        few = job.rows * job.row < self.channels_out
        (self._by_channels if few or self.bytes > SHARED else self._by_rows)(job)

    def needed(self, top: tuple[int, int, int], threads: int) -> int:
        """Bytes at most, beside bottom and top, (N, H, W), that `threads` take to compute it."""
        across, rows = (-(-size // self.outputs) for size in (top[2], top[1]))
        row = top[0] * across
        if rows * row < self.channels_out or self.bytes > SHARED:
            tiles = row * min(rows, max(1, max(MANY, SHARED // self.each) // row))
            channels = min(-(-self.channels_out // threads) + LANES, SLICE // self.each + LANES)
            shared = tiles * self.each
            points = 0 if self.prepared is not None else channels * self.each
        else:
            tile = 4 * self.size**2 * max(self.channels, self.channels_out)
            most = max(1, (LONG if self.bytes > PASS else PASS) // (tile * row))
            tiles, channels = row * min(-(-rows // threads), most), self.channels_out
            shared = 0 if self.prepared is not None else self.bytes
            points = tiles * self.each
        products = 4 * tiles * channels * (self.size**2 + self.outputs**2)
        bringing = min(2 * PIECE, 2 * channels * self.each) + 3 * min(
            points, PASS + row * self.each
        )
        return shared + threads * (points + max(products, bringing))

    def _by_rows(self, job: "_Job") -> None:
        """All weights are brought to the points, then each thread computes rows of tiles."""
        weights = self.prepared
        if weights is None:
            weights = self.workspace.empty(self.size**2, self.channels_out, self.channels)
            crew.each(lambda some: self._bring_weights(some, weights[:, _of(some)]), self._slices())
        tile = 4 * self.size**2 * max(self.channels, self.channels_out)
        most = (LONG if self.bytes > PASS else PASS) // (tile * job.row)

        def compute(rows: Span) -> None:
            count = (rows[1] - rows[0]) * job.row
            points = self.workspace.empty(self.size**2, count, self.channels)
            self._bring_tiles(job, rows, points)
            self._multiply(points, weights, job, rows, (0, self.channels_out))

        crew.each(compute, crew.cuts(job.rows, most))

    def _by_channels(self, job: "_Job") -> None:
        """Many tiles are brought to the points, then each thread computes some channels of them."""
        for rows in crew.cuts(job.rows, max(MANY, SHARED // self.each) // job.row, parts=1):
            count = (rows[1] - rows[0]) * job.row
            points = self.workspace.empty(self.size**2, count, self.channels)
            self._bring_together(job, rows, points)
            crew.each(partial(self._compute_channels, job, rows, points), self._slices())

    def _bring_together(self, job: "_Job", rows: Span, points: Tensor) -> None:
        def bring(some: Span) -> None:
            first, last = (row - rows[0] for row in some)
            self._bring_tiles(job, some, points[:, first * job.row : last * job.row])

        parts = crew.cuts(rows[1] - rows[0], PASS // (self.each * job.row))
        crew.each(bring, [(rows[0] + first, rows[0] + last) for first, last in parts])

    def _compute_channels(self, job: "_Job", rows: Span, points: Tensor, some: Span) -> None:
        prepared = self.prepared
        weights = self._some_weights(some) if prepared is None else prepared[:, _of(some)]
        self._multiply(points, weights, job, rows, some)

    def _prepared(self) -> Tensor:
        """(size^2, K, C), in the order in memory that is multiplied fastest: C before K."""
        found = torch.empty(self.size**2, self.channels, self.channels_out).transpose(1, 2)

        def bring(some: Span) -> None:
            found[:, _of(some)] = self._some_weights(some)

        crew.each(bring, self._slices())
        return found

    def _some_weights(self, some: Span) -> Tensor:
        """(size^2, some of K, C): weights at the points."""
        weights = self.workspace.empty(self.size**2, some[1] - some[0], self.channels)
        self._bring_weights(some, weights)
        return weights

    def _slices(self) -> list[Span]:
        """Of the output channels: multiples of what products of matrices are computed in."""
        counted = crew.cuts(-(-self.channels_out // LANES), SLICE // (LANES * self.each))
        return [(a * LANES, min(b * LANES, self.channels_out)) for a, b in counted]

    def _bring_weights(self, some: Span, points: Tensor) -> None:
        """Fills `points`, (size^2, some of K, C)."""
        for first, last in crew.cuts(some[1] - some[0], PIECE // self.each, parts=1):
            weight = self.weight[some[0] + first : some[0] + last].reshape(-1, self.taps)
            count, size = weight.shape[0] // self.taps, self.size
            rows = self.workspace.empty(size, count * self.taps)
            torch.mm(self.of_taps, weight.t(), out=rows)
            columns = rows.view(size, count, self.taps).transpose(1, 2)
            part = points[:, first:last].flatten(1).unflatten(0, (size, size))
            torch.bmm(self.of_taps.expand(size, -1, -1), columns, out=part)

    def _bring_tiles(self, job: "_Job", rows: Span, points: Tensor) -> None:
        """Fills `points`, (size^2, tiles, C), with overlapping tiles: a row of every image first.

        So the tiles of some rows lie together, and threads can share them out.
        """
        found = self._overlapping(job, rows)
        torch.mm(self.forth, found.view(self.size**2, -1), out=points.flatten(1))

    def _overlapping(self, job: "_Job", rows: Span) -> Tensor:
        count = rows[1] - rows[0]
        extent = [(tiles - 1) * self.outputs + self.size for tiles in (count, job.across)]
        padded = self.workspace.empty(job.x.shape[0], *extent, self.channels)
        tiles.pad(job.x, padded, rows[0] * self.outputs, job.before)
        view = tiles.overlapping(padded, self.size, self.outputs, count, job.across)
        by_rows = view.transpose(2, 3)
        return self.workspace.empty(*by_rows.shape).copy_(by_rows)

    def _multiply(self, points: Tensor, weights: Tensor, job: "_Job", rows: Span, some: Span):
        """Writes the channels `some` of the rows of tiles `rows` of the top."""
        products = self.workspace.empty(*points.shape[:2], weights.shape[1])
        torch.bmm(points, weights.transpose(1, 2), out=products)
        if self.bias is not None:
            products[self.constant] += self.bias[_of(some)]
        found = self.workspace.empty(self.outputs**2, products[0].numel())
        torch.mm(self.back, products.view(self.size**2, -1), out=found)
        out = job.out[:, rows[0] * self.outputs : rows[1] * self.outputs, :, _of(some)]
        shape = (self.outputs, self.outputs, -1, out.shape[0], job.across, out.shape[3])
        tiles.place(found.view(shape).transpose(2, 3), out, self.relu)


class _Job:
    """A bottom, the zeros above and left of it, the top, and its tiles.

    rows, across: of tiles in an image; row: tiles in a row of every image.
    """

    def __init__(self, x: Tensor, before: Span, out: Tensor, outputs: int):
        self.x, self.before, self.out = x, before, out
        self.rows, self.across = (-(-size // outputs) for size in out.shape[1:3])
        self.row = out.shape[0] * self.across


def _of(span: Span) -> slice:
    return slice(*span)


def _both_axes(matrix: np.ndarray) -> Tensor:
    return torch.from_numpy(np.kron(matrix, matrix)).float()
