"""How cost grows with area, batch and threads, from the sheets of benchmarks.growth."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import NamedTuple

from ..errors import DataError
from .chart import Axis, Line, axis, chart
from .markup import Html, joined, tag
from .measured import sheets_of
from .sheet import Sheet, article, number, read

COLUMNS = {"sweep", "net", "runner", "size", "batch", "threads", "median s", "growth MB"}
VALUES = {"median s": "forward, s", "growth MB": "memory beyond the loaded net, MB"}
Rows = list[dict[str, str]]


class Sweep(NamedTuple):
    """What varies: the axis, the place of a row on it, the text there; log: steps are factors."""

    title: str
    place: Callable[[dict[str, str]], float]
    text: Callable[[dict[str, str]], str]
    log: bool = False


SWEEPS = {
    "area": Sweep("image", lambda row: prod(map(int, row["size"].split("x"))),
                  lambda row: row["size"], log=True),
    "batch": Sweep("images a batch", lambda row: int(row["batch"]), lambda row: row["batch"]),
    "threads": Sweep("threads", lambda row: int(row["threads"]), lambda row: row["threads"]),
}  # fmt: skip


def stems(folder: Path) -> list[str]:
    """The sheets of `folder` that are drawn here."""
    return [path.stem for path in sheets_of(folder) if read(path).rows[0].keys() >= COLUMNS]


def section(folder: Path) -> Html:
    """Charts of each sweep and net, and all numbers, for each such sheet."""
    return joined(_article(read(folder / f"{stem}.csv")) for stem in stems(folder))


def _article(sheet: Sheet) -> Html:
    groups: dict[tuple[str, str], Rows] = {}
    for row in sheet.rows:
        groups.setdefault((row["sweep"], row["net"]), []).append(row)
    try:
        drawn = [
            tag("div", *_charts(net, SWEEPS[sweep], rows), class_="charts")
            for (sweep, net), rows in groups.items()
        ]
    except (KeyError, ValueError) as error:
        raise DataError(
            f"{sheet.stem}.csv: {error}: expected a sweep of {', '.join(SWEEPS)}, sizes such as "
            "500x500, batches and threads; run benchmarks.growth again"
        ) from None
    return article(sheet, *drawn)


def _charts(net: str, sweep: Sweep, rows: Rows) -> Iterator[Html]:
    for column, title in VALUES.items():
        if lines := _lines(sweep, column, rows):
            values = [value for line in lines for _, value in line.points]
            y = axis(title, values, log=sweep.log, zero=not sweep.log)
            yield chart(f"{net}: {title}, over {sweep.title}", lines, _x(net, sweep, rows), y)


def _lines(sweep: Sweep, column: str, rows: Rows) -> list[Line]:
    """A line for each runner that has numbers."""
    points: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if (value := number(row[column])) is not None:
            points.setdefault(row["runner"], []).append((sweep.place(row), value))
    return [Line(runner, tuple(sorted(found))) for runner, found in points.items()]


def _x(net: str, sweep: Sweep, rows: Rows) -> Axis:
    names = dict(sorted((sweep.place(row), sweep.text(row)) for row in rows))
    found = axis(f"{sweep.title}, {net}", list(names), log=sweep.log)
    return replace(found, named=tuple(names.items()))
