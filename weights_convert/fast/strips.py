"""Layers one after the other, computed strip by strip, so that their blobs are never there whole.

Each strip of the last top is computed from the rows of the first bottom that it depends on, with
the zeros of each layer's pad at the first and the last strip alone: what comes out is the same.

Units   rows of what is stored; bytes
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from torch import Tensor

from . import crew, kinds
from .compiled import Operation
from .plan import Step
from .workspace import Workspace

LARGEST = 32 << 20  # of a blob: a larger one is computed in strips
STRIP = 12 << 20  # of the largest blob of the strips that are computed at once
HALO = 3  # times the rows that two strips share, a strip is to be at least
KEPT = 64 << 20  # of a blob between two stages: a larger one is never there whole


@dataclass(frozen=True)
class Link:
    """A layer of a chain; kernel, stride and borders are along the height but for `sides`."""

    operation: Operation
    kernel: int
    stride: int
    before: int
    after: int
    sides: tuple[int, int]
    rows: int  # of its bottom
    tall: int  # of its top
    channels: int
    wide: int
    bytes: int  # of a row of its top

    def needs(self, first: int, last: int) -> tuple[int, int]:
        """The rows of the padded bottom that rows `first` to before `last` of the top depend on."""
        low = first * self.stride - self.before
        return low, (last - 1) * self.stride - self.before + self.kernel

    def compute(self, x: Tensor, low: int, high: int) -> Tensor:
        """The top of `x`, the rows `low` to `high` of the padded bottom that it has."""
        if self.operation.way is None:
            if self.operation.skip:
                return x
            instead = self.operation.instead
            return instead(x) if instead else self.operation.by_module(x)[0]
        before, after = (min(max(0, zeros), high - low) for zeros in (-low, high - self.rows))
        if not x.shape[2]:  # zeros alone, which PyTorch would not pad an empty blob with
            x = x.new_zeros(x.shape[0], high - low, x.shape[3], x.shape[1]).permute(0, 3, 1, 2)
            before = after = 0
        return self.operation.way(x, ((before, after), self.sides))


def link(operation: Operation, step: Step, channels: int, batch: int) -> Link | None:
    """`operation` as a Link, None if it cannot be one; channels: of its top."""
    if not operation.slides or step.top is None or len(step.wanted) != 1:
        return None
    rows, (tall, wide) = step.wanted[0].stored[0], step.top.stored
    size = 4 * batch * channels * wide
    if kinds.is_pointwise(operation.layer, operation.module):
        return Link(operation, 1, 1, 0, 0, (0, 0), rows, tall, channels, wide, size)
    kernel, stride, pad = kinds.window(operation.module)
    border = step.border or ((pad[0], pad[0]), (pad[1], pad[1]))
    return Link(
        operation, kernel[0], stride[0], *border[0], border[1], rows, tall, channels, wide, size
    )


def suits(link: Link | None) -> bool:
    """Whether several threads are to compute the layer alone in strips."""
    if link is None or link.operation.skip or link.operation.layer.in_place:
        return False
    return not link.operation.divides


def chains(links: list[Link | None], steps: tuple[Step, ...]) -> Iterator[range]:
    """The layers in groups: those of more than one are to be computed in strips."""
    start = 0
    while start < len(links):
        stop = start + 1
        while stop < len(links) and _goes_on(links, steps, stop):
            stop += 1
        stop = _last_stage(links, start, stop)
        large = any(each and each.tall * each.bytes > LARGEST for each in links[start:stop])
        stop = stop if large else start + 1
        yield range(start, stop)
        start = stop


def _goes_on(links: list[Link | None], steps: tuple[Step, ...], index: int) -> bool:
    """Whether layer `index` alone reads the top of the one before, just as that leaves it."""
    before, this = links[index - 1], links[index]
    if before is None or this is None:
        return False
    layer, top = this.operation.layer, before.operation.layer.tops[0]
    alone = layer.bottoms == (top,) and (layer.in_place or top in this.operation.last)
    same = steps[index - 1].kept == steps[index - 1].top
    return alone and same and steps[index].wanted == steps[index].given


def _last_stage(links: list[Link | None], start: int, stop: int) -> int:
    """Where the chain is to end: after the first stride whose top is small enough to be kept."""
    for index in range(start, stop):
        each = links[index]
        if each and each.stride > 1 and each.tall * each.bytes <= KEPT:
            return index + 1
    return stop


def run(links: list[Link], x: Tensor, workspace: Workspace) -> Tensor:
    """The top of the last link for the bottom `x` of the first, (N, C, H, W) in channels_last."""
    last = links[-1]
    out = workspace.like(x, x.shape[0], last.tall, last.wide, last.channels)

    def compute(rows: crew.Span) -> None:
        out[:, slice(*rows)] = _strip(links, x, *rows).permute(0, 2, 3, 1)

    crew.each(compute, crew.cuts(last.tall, -(-last.tall // count(links, crew.size()))))
    return out.permute(0, 3, 1, 2)


def count(links: list[Link], members: int) -> int:
    """In how many strips at least `members` threads compute the top of the last link."""
    most = max(each.bytes * each.tall for each in links)
    return max(1, min(links[-1].tall // _least(links), max(members, -(-members * most // STRIP))))


def rows(links: list[Link], tall: int) -> list[int]:
    """Of the bottom and of each top, for `tall` rows of the last top, beyond the ends too."""
    return [last - first for first, last in _spans(links, 0, tall)]


def _least(links: list[Link]) -> int:
    """Rows of the last top that are to be computed at once: neighbours share rows of the first."""
    stride = prod(each.stride for each in links)
    seen = 1
    for each in reversed(links):
        seen = (seen - 1) * each.stride + each.kernel
    return max(1, HALO * (seen - stride) // stride)


def _spans(links: list[Link], first: int, last: int) -> list[tuple[int, int]]:
    """The rows of each link's padded bottom, and of the last top, which are `first` to `last`."""
    spans = [(first, last)]
    for each in reversed(links):
        spans.append(each.needs(max(spans[-1][0], 0), min(spans[-1][1], each.tall)))
    return spans[::-1]


def _strip(links: list[Link], x: Tensor, first: int, last: int) -> Tensor:
    spans = _spans(links, first, last)
    start, stop = (min(max(row, 0), links[0].rows) for row in spans[0])
    x = x[:, :, start:stop]
    for each, (low, high) in zip(links, spans, strict=False):
        x = each.compute(x, low, high)
    return x
