"""A table's lines as text: published figures, ours, difference, verdict.

The only place where scores become percent and are rounded.
"""

from .results import Results
from .scorings import TITLES
from .tables import Table

NONE = "-"
UNVERIFIED = "†"  # beside a figure that was not read in the text it is from


def lines(results: Results) -> list[dict[str, str]]:
    """One dict a line, column title -> cell: a line for each metric of each scoring of each row."""
    table = results.definition()
    return [
        _line(table, row, scoring, metric)
        for row in results.rows.values()
        for scoring in table.scorings
        for metric in table.scorings[scoring].metrics
    ]


def difference(table: Table, row: dict, scoring: str, metric: str) -> float | None:
    """Ours less the expected figure, in points; None where one of them is missing."""
    expected, ours = table.expected(row["net"], scoring, metric), _ours(table, row, scoring, metric)
    return None if expected is None or ours is None else ours - float(expected[0])


def verdict(table: Table, row: dict, scoring: str, metric: str) -> str:
    """reproduced, differs, no reference, no class list, or not run; another way, of a reading.

    Where the expected figure is unverified, the verdict is marked as that figure is.
    """
    if row["status"] != "done":
        return "not run"
    if _ours(table, row, scoring, metric) is None:
        return "no class list"
    points = difference(table, row, scoring, metric)
    if points is None:
        return "no reference"
    mark = "" if table.expected(row["net"], scoring, metric)[1].verified else UNVERIFIED
    otherwise = "another way" if table.readings else "differs"
    return ("reproduced" if abs(points) <= table.within + 1e-9 else otherwise) + mark


def _ours(table: Table, row: dict, scoring: str, metric: str) -> float | None:
    if row["status"] != "done" or (scores := table.scorings[scoring].of(row)) is None:
        return None
    return 100 * getattr(scores, metric)


def _line(table: Table, row: dict, scoring: str, metric: str) -> dict[str, str]:
    ours, points = (of(table, row, scoring, metric) for of in (_ours, difference))
    title = table.scorings[scoring].title
    return {
        "net": row["net"],
        **({"scored": title} if title else {}),
        "metric": TITLES[metric],
        **{
            source.title: _published(table, row["net"], key, scoring, metric)
            for key, source in table.sources.items()
        },
        "ours": NONE if ours is None else f"{ours:.4f}",
        "difference": NONE if points is None else f"{round(points, 4) + 0.0:+.4f}",  # no -0
        "within": NONE if points is None else f"{table.within:g}",
        "verdict": verdict(table, row, scoring, metric),
    }


def _published(table: Table, net: str, source: str, scoring: str, metric: str) -> str:
    figure = table.figure(net, source, scoring, metric)
    if figure is None:
        return NONE
    return figure if table.sources[source].verified else figure + UNVERIFIED
