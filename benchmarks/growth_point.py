"""What the fast engine and its peers take at one point of the sweeps of `growth`, side by side."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from reproduce.errors import DataError

from . import cases
from .bench import OURS, PLAIN, Bench
from .case import Case
from .devices import gpu, waiting
from .interleaved import timed
from .load import run_python
from .protocols.forward import PAUSE
from .runners import Setting
from .speed_once import request

RUNNERS = (OURS, PLAIN, ("onnxruntime", "float32"))  # and the numbers of each
FEWEST = 3  # runs, of what is so large that all of them would take too long
PLENTY = 4 * 500 * 500  # pixels a pass, up to which there are all runs
PROTOCOL = "forward"
MEGA = 1e6
ELSEWHERE = ("protocol", "published")  # columns of speed.csv that say nothing here
Memory = dict[str, Any]  # growth and peak in bytes, or a note


class Point(NamedTuple):
    """What is run at once; size: (height, width)."""

    size: tuple[int, int]
    batch: int
    threads: int


@dataclass(frozen=True)
class Plan:
    """What all points have in common.

    folder: for the files of the net.  narrow: the bundled one.  given: a folder of caffemodels.
    tick: called after each measurement.
    """

    net: str
    folder: Path
    narrow: bool
    given: Path | None
    device: str
    runs: int
    memory: bool
    tick: Callable[[], object]

    def case(self, point: Point) -> Case:
        """The net and an image of the size, as files."""
        return cases.make(self.net, point.size, self.folder, narrow=self.narrow, given=self.given)

    def settings(self, point: Point) -> list[Setting]:
        """The runners."""
        return [Setting(*how, self.device, point.threads) for how in RUNNERS]


def runs_at(point: Point, runs: int) -> int:
    """How many runs a point gets: fewer where there are many pixels.

    >>> runs_at(Point((500, 500), 4, 2), 10), runs_at(Point((1500, 2000), 1, 2), 10)
    (10, 3)
    """
    pixels = point.batch * prod(point.size)
    return min(runs, max(FEWEST, runs * PLENTY // pixels))


def measured(plan: Plan, point: Point) -> list[dict[str, str]]:
    """A row for each runner at `point`: with numbers, or with the reason why there are none."""
    case, settings = plan.case(point), plan.settings(point)
    bench = Bench(case, settings, runs_at(point, plan.runs), (point.batch,))
    memory, failed = _memory(plan, bench, point) if plan.memory else ({}, {})
    for setting in failed:  # what has no room in a process of its own has none here
        bench.ready.pop(setting, None)
    bench.failed.update(failed)
    found = _seconds(bench, point, plan.tick)
    rows = bench.rows(PROTOCOL, found, "s", point.batch)
    return [
        _shown(row, memory.get(setting, {})) | gpu(plan.device)
        for setting, row in zip(settings, rows, strict=True)
    ]


def _memory(
    plan: Plan, bench: Bench, point: Point
) -> tuple[dict[Setting, Memory], dict[Setting, str]]:
    """What a process of each runner takes, and why some have failed."""
    found, failed = {}, {}
    for setting in bench.ready:
        words = ["-m", "benchmarks.growth_once", request(bench.case, setting), str(point.batch)]
        try:
            found[setting] = json.loads(run_python(words))
        except DataError as error:
            failed[setting] = str(error)
        plan.tick()
    return found, failed


def _seconds(bench: Bench, point: Point, tick: Callable[[], object]) -> dict[Setting, list[float]]:
    """Of each pass; the passes of the check were the first and are not counted."""
    able, blobs = bench.checks(point.batch).able, bench.case.blobs(point.batch)
    calls = {
        setting: partial(bench.ready[setting].forward, bench.ready[setting].take(blobs))
        for setting in able
    }
    device = bench.settings[0].device
    return timed(calls, bench.runs, 0, waiting(device), tick, PAUSE)


def _shown(row: dict[str, str], memory: Memory) -> dict[str, str]:
    """The row of a runner and its memory, as text; empty where that is not known."""
    cells = {key: value for key, value in row.items() if key not in ELSEWHERE}
    cells["note"] = "; ".join(filter(None, (row["note"], memory.get("note"))))
    for key in ("growth", "peak"):
        cells[f"{key} MB"] = f"{memory[key] / MEGA:.0f}" if key in memory else ""
    return cells
