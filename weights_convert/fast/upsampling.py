"""Upsampling by a Deconvolution whose kernels are one product of two filters for every channel.

Such as the bilinear kernels of the FCNs: the weight is zero but for each channel upon itself.  Then
rows and columns are interpolated one after the other, as products with narrow matrices, and only
those that are asked for: what a Crop leaves, band by band, so that labels need no whole scores.

Shape   (N, C, H, W) -> (N, C, h, w) as of Deconvolution and Crop
"""

from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor

from ..layers.deconvolution import Deconvolution
from ..window import Pair
from . import crew

BAND = 64  # rows of the top that are computed at once
MATCHES = 1e-6  # of the largest weight: filters and their product, rounded to float32
Filters = tuple[tuple[float, ...], tuple[float, ...]]


def filters_of(module: Deconvolution) -> Filters | None:
    """The filters along height and width if `module` is such an upsampling, else None."""
    weight = module.weight.detach()
    if module.bias is not None or module.dilation != (1, 1) or weight.device.type == "meta":
        return None
    kernels = _on_the_diagonal(weight.double(), module.group)
    if kernels is None:
        return None
    first, peak = kernels[0], kernels[0].abs().max()
    if not peak > 0:
        return None
    row, column = divmod(int(first.abs().argmax()), first.shape[1])
    tall, wide = first[:, column] / first[row, column], first[row]
    matches = (kernels - torch.outer(tall, wide)).abs().max() <= MATCHES * peak
    return (tuple(tall.tolist()), tuple(wide.tolist())) if matches else None


def _on_the_diagonal(weight: Tensor, group: int) -> Tensor | None:
    """(C, kernel, kernel) of each channel upon itself; None if one acts upon another."""
    channels, per_group = weight.shape[:2]
    if group == channels and per_group == 1:
        return weight[:, 0]
    if group != 1 or channels != per_group:
        return None
    kernels = weight.diagonal(dim1=0, dim2=1).permute(2, 0, 1)
    return kernels if weight.count_nonzero() == kernels.count_nonzero() else None


class Upsampled:
    """A blob that is computed when it is asked for, as far as it is asked for.

    x: its bottom; offset, size: the part of the Deconvolution's top that it is.
    """

    def __init__(
        self, x: Tensor, module: Deconvolution, filters: Filters, offset: Pair, size: Pair
    ):
        self.x, self.module, self.filters = x, module, filters
        self.offset, self.size = offset, size

    @property
    def channels(self) -> int:
        return self.x.shape[1]

    def cropped(self, offset: Pair, size: Pair) -> "Upsampled":
        """Its part that begins at `offset`."""
        tall, wide = (a + b for a, b in zip(self.offset, offset, strict=True))
        return Upsampled(self.x, self.module, self.filters, (tall, wide), size)

    def scores(self) -> Tensor:
        """(N, C, h, w)."""
        out = self.x.new_empty(*self.x.shape[:2], *self.size)

        def compute(rows: crew.Span, band: Tensor) -> None:
            out[:, :, slice(*rows)] = band

        self.each_band(compute)
        return out

    def each_band(self, use: Callable[[crew.Span, Tensor], None]) -> None:
        """Calls `use` with the first row, the one after the last, and these, of each band."""
        wide = self._across()

        def compute(rows: crew.Span) -> None:
            (low, high), matrix = self._matrix(0, *rows)
            use(rows, torch.matmul(matrix, wide[:, :, low:high]))

        crew.each(compute, crew.cuts(self.size[0], BAND))

    def _across(self) -> Tensor:
        """(N, C, H, w): every row, interpolated along itself."""
        x = self.x.contiguous()
        parts = []
        for start in range(0, self.size[1], 4 * BAND):
            stop = min(start + 4 * BAND, self.size[1])
            (low, high), matrix = self._matrix(1, start, stop)
            parts.append(torch.matmul(x[..., low:high], matrix.t()))
        return parts[0] if len(parts) == 1 else torch.cat(parts, 3)

    def _matrix(self, axis: int, start: int, stop: int) -> tuple[tuple[int, int], Tensor]:
        """Which pixels of the bottom the tops `start` to `stop` need, and their weights."""
        before = self.offset[axis] + self.module.pad[axis]
        stride, pixels = self.module.stride[axis], self.x.shape[2 + axis]
        span = (start + before, stop + before)
        return _interpolation(self.filters[axis], stride, span, pixels, self.x.device, self.x.dtype)


@lru_cache(4096)
def _interpolation(
    filter: tuple[float, ...],
    stride: int,
    span: tuple[int, int],
    pixels: int,
    device: torch.device,
    dtype: torch.dtype,
) -> tuple[tuple[int, int], Tensor]:
    """The first and the one after the last pixel, and the matrix (tops, pixels) of their weights.

    Pixel i is spread over tops i stride + 0 ... kernel - 1, of which those of `span` are computed.
    Kept: a CUDA graph can record no copy from the host.
    """
    kernel, (first, stop) = len(filter), span
    low = min(max(0, -(-(first - kernel + 1) // stride)), pixels - 1)
    high = max(min((stop - 1) // stride + 1, pixels), low + 1)
    taps = torch.arange(first, stop)[:, None] - torch.arange(low, high) * stride
    inside = (taps >= 0) & (taps < kernel)
    values = torch.tensor(filter, dtype=torch.float64)[taps.clamp(0, kernel - 1)]
    return (low, high), torch.where(inside, values, 0.0).to(device, dtype)


def labels(scores: Tensor | Upsampled) -> Tensor:
    """The class of every pixel, uint8 (N, H, W): the first of equal maxima, or the first NaN.

    Raises ValueError for more than 255 classes, or blobs that are no scores (N, C, H, W).
    """
    lazy = isinstance(scores, Upsampled)
    shape = (len(scores.x), scores.channels, *scores.size) if lazy else tuple(scores.shape)
    if len(shape) != 4 or not 1 <= shape[1] <= 255:
        raise ValueError(f"scores are {shape}, expected (N, C, H, W) with C <= 255")
    device = scores.x.device if lazy else scores.device
    out = torch.empty(shape[0], *shape[2:], dtype=torch.uint8, device=device)

    def find(rows: crew.Span, band: Tensor) -> None:
        out[:, slice(*rows)] = band.max(1).indices

    if lazy:
        scores.each_band(find)
    else:
        bands = crew.cuts(shape[2], BAND)
        crew.each(lambda rows: find(rows, scores[:, :, slice(*rows)]), bands)
    return out
