"""A table's lines as text: published figures, ours, difference, verdict.

The only place where scores become percent and are rounded.
"""

from .metrics import scores
from .results import Results, counts_of
from .tables import METRICS, TITLES, Table

NONE = "-"
UNVERIFIED = "†"  # beside a figure that was not read in the text it is from


def lines(results: Results) -> list[dict[str, str]]:
    """One dict a line, column title -> cell, four lines a net."""
    table = results.definition()
    return [_line(table, row, metric) for row in results.rows.values() for metric in METRICS]


def difference(table: Table, row: dict, metric: str) -> float | None:
    """Ours less the expected figure, in points; None where one of them is missing."""
    expected = table.expected(row["net"], metric)
    if expected is None or row["status"] != "done":
        return None
    return 100 * getattr(scores(counts_of(row)), metric) - float(expected)


def verdict(table: Table, row: dict, metric: str) -> str:
    """reproduced, differs, no reference, or not run."""
    if row["status"] != "done":
        return "not run"
    points = difference(table, row, metric)
    if points is None:
        return "no reference"
    return "reproduced" if abs(points) <= table.within + 1e-9 else "differs"


def _line(table: Table, row: dict, metric: str) -> dict[str, str]:
    points = difference(table, row, metric)
    done = row["status"] == "done"
    return {
        "net": row["net"],
        "metric": TITLES[metric],
        **{
            source.title: _published(table, row["net"], key, metric)
            for key, source in table.sources.items()
        },
        "ours": f"{100 * getattr(scores(counts_of(row)), metric):.4f}" if done else NONE,
        "difference": NONE if points is None else f"{round(points, 4) + 0.0:+.4f}",  # no -0
        "within": NONE if points is None else f"{table.within:g}",
        "verdict": verdict(table, row, metric),
    }


def _published(table: Table, net: str, source: str, metric: str) -> str:
    figure = table.figure(net, source, metric)
    if figure is None:
        return NONE
    return figure if table.sources[source].verified else figure + UNVERIFIED
