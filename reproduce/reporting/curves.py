"""Losses and scores of training runs over their iterations, from results/curve-*.csv."""

from collections.abc import Iterator
from pathlib import Path

from ..scorings import TITLES
from .chart import Axis, Line, axis, chart
from .markup import Html, joined, tag
from .sheet import Sheet, number, read

# The columns that tell how a curve was made, see training/curve.py.
MADE = (
    *("net", "trained on", "ids sha256", "seed", "device", "threads", "python", "torch"),
    *("commit", "date", "command"),
)
NEEDED = ("iteration", "loss", "smoothed loss", "net", "trained on")


def section(folder: Path) -> Html:
    """Two charts, and all numbers, for each curve in `folder`."""
    paths = sorted(folder.glob("curve-*.csv"))
    return joined(_article(read(path, MADE, NEEDED)) for path in paths)


def _article(sheet: Sheet) -> Html:
    title = "{net}, trained on {trained on}".format_map(sheet.rows[0])
    title += ", the bundled drawings" if sheet.stem.endswith("-sample") else ""
    charts = tag("div", *_charts(sheet, title), class_="charts")
    numbers = tag("details", tag("summary", "The numbers"), sheet.table(), class_="numbers")
    return tag("article", tag("h3", title), charts, numbers, sheet.made("How this was made"))


def _charts(sheet: Sheet, title: str) -> Iterator[Html]:
    losses = [
        Line("loss", _points(sheet, "loss"), marked=False, faint=True),
        Line("smoothed loss", _points(sheet, "smoothed loss"), marked=False),
    ]
    columns = [key for key in sheet.measured[0] if key.endswith(tuple(TITLES.values()))]
    scores = [Line(key, _points(sheet, key)) for key in columns]
    for name, lines, log in (("loss", losses, True), ("score, %", scores, False)):
        lines = [line for line in lines if line.points]
        if lines:
            y = _y(name, lines, log)
            yield chart(f"{name} over iterations: {title}", lines, _x(sheet), y)


def _points(sheet: Sheet, column: str) -> tuple[tuple[float, float], ...]:
    pairs = ((number(row["iteration"]), number(row[column])) for row in sheet.rows)
    return tuple(pair for pair in pairs if None not in pair)


def _x(sheet: Sheet) -> Axis:
    return axis("iteration", [number(row["iteration"]) or 0 for row in sheet.rows], zero=True)


def _y(title: str, lines: list[Line], log: bool) -> Axis:
    values = [value for line in lines for _, value in line.points]
    return axis(title, values, log=log) if log else Axis(title, 0, 100)
