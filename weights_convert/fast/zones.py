"""Runs of equal columns along one axis of a blob, and how many of them are left out.

A border of zeros makes the features beside the image depend on the biases alone: they are the same
in every column.  An Axis says which stored columns are so, and how many more there are in the blob
than are stored.  A window that slides over what is stored sees what it would see in the whole blob
as long as a multiple of its stride is left out and a window fits into what is left of the run.

Units   columns, or rows, of the blob, counted from 0 among the stored ones
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

Source = tuple[str, int]  # what made a run, and which of its runs


@dataclass(frozen=True)
class Run:
    """Stored columns `first` to `last` are equal, and so are `omitted` more among them.

    sources: where more of its columns can be stored.
    """

    first: int
    last: int
    omitted: int
    sources: frozenset[Source] = frozenset()


class TooShortError(Exception):
    """A run of `sources` must have `more` columns stored."""

    def __init__(self, sources: frozenset[Source], more: int):
        super().__init__(f"runs of {sorted(sources)} lack {more} columns")
        self.sources, self.more = sources, more


@dataclass(frozen=True)
class Axis:
    """`stored` columns, with their runs from left to right."""

    stored: int
    runs: tuple[Run, ...] = ()

    @property
    def full(self) -> int:
        """How many columns the blob has."""
        return self.stored + sum(run.omitted for run in self.runs)

    def opened(self) -> "Axis":
        """The axis with all of its columns stored, whose runs no longer matter."""
        return Axis(self.full)

    def slid(self, kernel: int, stride: int, pad: int, full: int) -> "Axis":
        """The axis of the top, which has `full` columns, of a window.  Raises TooShortError."""
        runs = tuple(filter(None, (_slid(run, kernel, stride, pad) for run in self.runs)))
        return Axis(full - sum(run.omitted for run in runs), runs)

    def with_more(self, name: str, more: dict[Source, int]) -> "Axis":
        """The axis with `more` columns of each run stored; `name` is the source of its runs."""
        runs, added = [], 0
        for index, run in enumerate(self.runs):
            extra = min(more.get((name, index), 0), run.omitted)
            runs.append(
                Run(
                    run.first + added,
                    run.last + added + extra,
                    run.omitted - extra,
                    frozenset({(name, index)}),
                )
            )
            added += extra
        return Axis(self.stored + added, tuple(runs))

    def indices(self, wider: "Axis") -> list[int]:
        """For each column that `wider` stores of the same blob, the stored column that it equals.

        wider: this axis, some runs of it with more of their columns stored.
        """
        found, done = [], 0
        for run, target in zip(self.runs, wider.runs or _emptied(self.runs), strict=True):
            found += range(done, run.last + 1)
            found += [run.last] * (run.omitted - target.omitted)
            done = run.last + 1
        return [*found, *range(done, self.stored)]

    def cut(self, offset: int, size: int) -> int | None:
        """Where `size` columns of the whole blob from `offset` on begin among the stored ones.

        None where a run of which columns are left out is among them.
        """
        hidden = 0  # left out before the first of them
        for run in self.runs:
            if offset >= run.first + hidden + run.omitted:
                hidden += run.omitted
            elif offset + size > run.last + hidden + 1:
                return None
        return offset - hidden


def bordered(size: int, pad: int, name: str, more: dict[Source, int]) -> Axis:
    """`size` columns of image between `pad` columns of zeros, of which only some are stored."""
    left, right = (min(more.get((name, side), 0), pad) for side in (0, 1))
    runs = (
        Run(0, left - 1, pad - left, frozenset({(name, 0)})),
        Run(left + size, left + size + right - 1, pad - right, frozenset({(name, 1)})),
    )
    return Axis(left + size + right, runs)


def joined(axes: list[Axis]) -> Axis | None:
    """What is a run in all `axes`; None where they do not store the same columns."""
    if len({(axis.stored, tuple(run.omitted for run in axis.runs)) for axis in axes}) > 1:
        return None
    runs = tuple(filter(None, map(_shared, zip(*(axis.runs for axis in axes), strict=True))))
    return Axis(axes[0].stored, runs)


def _shared(runs: tuple[Run, ...]) -> Run | None:
    sources = frozenset().union(*(run.sources for run in runs))
    first, last = max(run.first for run in runs), min(run.last for run in runs)
    return _checked(Run(first, last, runs[0].omitted, sources), 1)


def _slid(run: Run, kernel: int, stride: int, pad: int) -> Run | None:
    if run.omitted % stride:
        raise TooShortError(run.sources, run.omitted % stride)
    first = -(-(run.first + pad) // stride)
    last = (run.last + pad - kernel + 1) // stride
    return _checked(replace(run, first=first, last=last, omitted=run.omitted // stride), stride)


def _checked(run: Run, stride: int) -> Run | None:
    """`run` if it has a stored column; None if it need not have one."""
    if run.first <= run.last:
        return run
    if run.omitted:
        raise TooShortError(run.sources, stride)
    return None


def _emptied(runs: tuple[Run, ...]) -> Iterator[Run]:
    return (replace(run, omitted=0) for run in runs)
