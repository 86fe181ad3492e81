"""Measurements that take turns, so that whatever else the machine does hits all of them alike.

Order   in round r the calls begin with number r and go round: none is always first, or always
        behind the same other
Units   s
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np


class Summary(NamedTuple):
    """Median, and the tenth and the ninetieth percentile, with interpolation between values."""

    median: float
    p10: float
    p90: float


def timed(
    calls: Mapping[str, Callable[[], object]],
    runs: int,
    warmup: int = 2,
    synchronise: Callable[[], None] | None = None,
    bar: Callable[[], object] | None = None,
    pause: float = 0.0,
) -> dict[str, list[float]]:
    """Seconds of each call, `runs` of each in the order of the rounds.

    warmup: rounds before, which are not counted.
    synchronise: waits for what a call has only started; called before the clock and inside it.
    bar: called after each call.  pause: s before each, in which threads that still spin for the
        call before go to sleep.
    """
    clocked = {name: partial(_seconds, call, synchronise, pause) for name, call in calls.items()}
    return rounds(clocked, runs, warmup, bar)


def rounds(
    calls: Mapping[str, Callable[[], float]],
    runs: int,
    warmup: int = 0,
    bar: Callable[[], object] | None = None,
) -> dict[str, list[float]]:
    """What each call returns, for calls that measure by themselves; arguments as of `timed`."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for index in range(warmup + runs):
        for name in _rotated(list(calls), index):
            value = calls[name]()
            if index >= warmup:
                found[name].append(value)
            if bar:
                bar()
    return found


def summary(values: Sequence[float]) -> Summary:
    """Of one or more values.

    >>> summary([5, 1, 2, 4, 3])
    Summary(median=3.0, p10=1.4, p90=4.6)
    """
    return Summary(*map(float, np.percentile(values, [50, 10, 90])))


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """The median over the rounds of value / base, both of the same round.

    >>> ratio([2, 9, 6], [1, 3, 3])
    2.0
    """
    return float(np.median([a / b for a, b in zip(values, base, strict=True)]))


def _rotated(names: list[str], by: int) -> Iterator[str]:
    yield from (names[(place + by) % len(names)] for place in range(len(names)))


def _seconds(
    call: Callable[[], object], synchronise: Callable[[], None] | None, pause: float
) -> float:
    if pause:
        time.sleep(pause)
    if synchronise:
        synchronise()
    start = time.perf_counter()
    kept = call()  # what it returns is freed after the clock has stopped
    if synchronise:
        synchronise()
    seconds = time.perf_counter() - start
    del kept
    return seconds
