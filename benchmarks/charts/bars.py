"""Seconds of each runner as bars, a panel for each net and machine, the published times beside."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import DataError

from .picture import picture

WIDTH, A_BAR, A_PANEL = 10, 0.3, 0.85  # inches; heights
PROTOCOL, UNIT = "forward", "s"
GROUP = ("net", "size", "batch", "device", "threads", "weights", "cpu", "gpu")
# As benchmarks.published writes it: "0.016 s† Titan X (PAMI 2016 table 1)".
PUBLISHED = re.compile(r"(?P<seconds>[\d.]+) s(?P<mark>\S*) (?P<gpu>.+) \((?P<source>[^()]+)\)")
FILLS = {  # told apart without colours too
    "ours": {"color": "0.25"},
    "ours, rounding": {"color": "0.55"},
    "peer": {"color": "0.8"},
    "published": {"color": "white", "hatch": "////"},
}
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Bar:
    """kind: of FILLS.  seconds: None for what did not run.  low, high: the tenth and ninetieth
    percentiles, if known.  note: stands behind the time.
    """

    label: str
    kind: str
    seconds: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """The bars of a net on a machine, from top to bottom."""

    title: str
    bars: list[Bar]


def draw(sheet: Path, rows: Rows) -> list[Path]:
    """Draws `rows`, those of the CSV `sheet`, beside it; nothing if none is of forward passes."""
    found = panels(rows)
    if not found:
        return []
    height = sum(A_BAR * len(panel.bars) + A_PANEL for panel in found)
    path = sheet.with_suffix(".png")
    with picture(path, (WIDTH, height)) as figure:
        shares = [len(panel.bars) + 1 for panel in found]
        axes = figure.subplots(len(found), squeeze=False, height_ratios=shares)[:, 0]
        for each, panel in zip(axes, found, strict=True):
            _drawn(each, panel)
    return [path]


def panels(rows: Rows) -> list[Panel]:
    """Nets and machines, and in each the bars, in the order of `rows`; then the published times."""
    groups: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        if row["protocol"] == PROTOCOL and row["unit"] == UNIT:
            groups.setdefault(tuple(row[key] for key in GROUP), []).append(row)
    return [Panel(title(some[0]), [*map(bar, some), *published(some)]) for some in groups.values()]


def title(row: dict[str, str]) -> str:
    """Net, size and machine."""
    where = row["gpu"] or f"{row['cpu']}, {row['threads']} threads"
    batch = "" if row["batch"] == "1" else f", batch {row['batch']}"
    return f"{row['net']} ({row['weights']}), {row['size']}{batch}: forward on {where}"


def bar(row: dict[str, str]) -> Bar:
    """The Bar of a runner."""
    runner, mode = row["runner"], row["mode"]
    kind = "peer" if runner != "ours" else "ours" if mode == "exact" else "ours, rounding"
    label = f"{runner}, {mode}" if runner == "ours" else runner
    if not row["median"]:
        return Bar(label, kind, None, note="did not run")
    numbers = (float(row[key]) for key in ("median", "p10", "p90"))
    # Only what has the same weights is held against the plain graph.
    return Bar(label, kind, *numbers, note="" if row["labels equal"] else "another net")


def published(rows: Rows) -> list[Bar]:
    """A Bar for each published time that is among `rows`, once.  Raises DataError."""
    texts = dict.fromkeys(text for row in rows for text in row["published"].split("; ") if text)
    return list(map(_published, texts))


def _published(text: str) -> Bar:
    if not (found := PUBLISHED.fullmatch(text)):
        raise DataError(f"published {text!r}: expected such as '0.05 s Tesla K40c (CVPR 2015)'")
    note = found["source"] + ", unverified" * bool(found["mark"])
    return Bar(f"published, {found['gpu']}", "published", float(found["seconds"]), note=note)


def _drawn(axes: Any, panel: Panel) -> None:
    known = [bar.seconds for bar in panel.bars if bar.seconds is not None]
    factor, unit = (1, "s") if max(known, default=1) >= 1 else (1000, "ms")
    for place, bar in enumerate(panel.bars):
        length = factor * (bar.seconds or 0)
        axes.barh(place, length, height=0.7, edgecolor="black", **FILLS[bar.kind])
        reach = length
        if bar.low is not None:
            reach = factor * bar.high
            whisker = [[length - factor * bar.low], [reach - length]]
            axes.errorbar(length, place, xerr=whisker, color="black", capsize=3, linewidth=1)
        text = bar.note if bar.seconds is None else f"{_digits(length)}  {bar.note}"
        axes.annotate(text, (reach, place), (5, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(panel.bars)), [bar.label for bar in panel.bars])
    axes.set_title(panel.title, loc="left", fontsize=10)
    axes.set_xlabel(unit, loc="right", labelpad=1)
    axes.set_xlim(left=0)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)


def _digits(value: float) -> str:
    """Three of them: 0.200, 1.15, 210."""
    return f"{value:#.3g}".removesuffix(".")
