"""How cost grows, as lines: seconds and memory over the area, the batch or the threads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from weights_convert.optional import optional

from .picture import EXTRA, picture

SIZE = (10, 4.2)
MEGA = 1e6
STYLES = (  # told apart without colours too
    {"color": "C0", "marker": "o", "linestyle": "-"},
    {"color": "C1", "marker": "s", "linestyle": "--"},
    {"color": "C2", "marker": "^", "linestyle": ":"},
    {"color": "C3", "marker": "D", "linestyle": "-."},
)
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Sweep:
    """What varies: how a row gives its place on the axis and the text there.

    log: whether both axes are logarithmic.  fixed: columns that are the same in all rows.
    """

    title: str
    place: Callable[[dict[str, str]], float]
    text: Callable[[dict[str, str]], str]
    fixed: tuple[str, ...]
    log: bool = False


@dataclass(frozen=True)
class Line:
    """One runner: places, values, and how far it is down to p10 and up to p90; None: not known."""

    runner: str
    places: list[float]
    values: list[float]
    reach: tuple[list[float], list[float]] | None = None


def _area(row: dict[str, str]) -> float:
    return prod(map(int, row["size"].split("x"))) / MEGA


SWEEPS = {
    "area": Sweep("image area", _area, lambda row: row["size"], ("batch", "threads"), log=True),
    "batch": Sweep("images a batch", lambda row: int(row["batch"]), lambda row: row["batch"],
                   ("size", "threads")),
    "threads": Sweep("threads", lambda row: int(row["threads"]), lambda row: row["threads"],
                     ("size", "batch")),
}  # fmt: skip


def draw(sheet: Path, rows: Rows) -> list[Path]:
    """Draws each sweep that is among `rows`, those of the CSV `sheet`, beside it."""
    return [_drawn(sheet, name, found) for name, found in sweeps(rows).items()]


def sweeps(rows: Rows) -> dict[str, Rows]:
    """The rows of each sweep that was made, in the order of SWEEPS."""
    found = {name: [row for row in rows if row["sweep"] == name] for name in SWEEPS}
    return {name: some for name, some in found.items() if some}


def name_of(sheet: Path, sweep: str) -> str:
    """The file name of the picture."""
    return f"{sheet.stem}-{sweep}.png"


def times(rows: Rows, sweep: Sweep) -> list[Line]:
    """A line of seconds for each runner that has any."""
    return _lines(rows, sweep, "median", whiskers=True)


def memory(rows: Rows, sweep: Sweep) -> list[Line]:
    """A line of megabytes for each runner that has any."""
    return _lines(rows, sweep, "growth MB")


def title(rows: Rows, sweep: Sweep) -> str:
    """What all rows have in common."""
    first = rows[0]
    where = first["cpu"] if first["device"] == "cpu" else first.get("gpu") or first["device"]
    net = f"{first['net']} ({first['weights']})"
    return ", ".join([net, *(_in_words(first, key) for key in sweep.fixed), where])


def _in_words(row: dict[str, str], key: str) -> str:
    if key == "threads":
        return f"{row[key]} thread{'s' * (row[key] != '1')}"
    return f"batch {row[key]}" if key == "batch" else row[key]


def _lines(rows: Rows, sweep: Sweep, column: str, whiskers: bool = False) -> list[Line]:
    found = []
    for runner in dict.fromkeys(row["runner"] for row in rows):
        own = [row for row in rows if row["runner"] == runner and row[column]]
        own.sort(key=sweep.place)
        values = [float(row[column]) for row in own]
        reach = _reach(own, values) if whiskers else None
        found += [Line(runner, [sweep.place(row) for row in own], values, reach)] * bool(own)
    return found


def _reach(rows: Rows, values: list[float]) -> tuple[list[float], list[float]]:
    down = [v - float(row["p10"]) for v, row in zip(values, rows, strict=True)]
    up = [float(row["p90"]) - v for v, row in zip(values, rows, strict=True)]
    return down, up


def _drawn(sheet: Path, name: str, rows: Rows) -> Path:
    sweep, path = SWEEPS[name], sheet.with_name(name_of(sheet, name))
    with picture(path, SIZE) as figure:
        figure.suptitle(f"Cost over {sweep.title}: {title(rows, sweep)}", fontsize=11)
        left, right = figure.subplots(1, 2)
        _axes(left, rows, sweep, times(rows, sweep), "forward, s")
        _axes(right, rows, sweep, memory(rows, sweep), "memory beyond the loaded net, MB")
    return path


def _axes(axes: Any, rows: Rows, sweep: Sweep, lines: Iterable[Line], label: str) -> None:
    runners = list(dict.fromkeys(row["runner"] for row in rows))
    for line in lines:
        style = STYLES[runners.index(line.runner) % len(STYLES)]
        axes.errorbar(line.places, line.values, line.reach, capsize=3, label=line.runner, **style)
    ticks = {sweep.place(row): sweep.text(row) for row in rows}
    if sweep.log:
        axes.set(xscale="log", yscale="log")
        axes.minorticks_off()
        ticker = optional("matplotlib.ticker", EXTRA)
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
    else:
        axes.set_ylim(bottom=0)
    axes.set_xticks(list(ticks), list(ticks.values()), rotation=45 if sweep.log else 0)
    axes.set(xlabel=sweep.title, ylabel=label)
    axes.grid(color="0.9")
    if axes.has_data():
        axes.legend(frameon=False)
