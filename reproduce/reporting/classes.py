"""The IU of each class, as a bar and a number; a column for each net."""

from collections.abc import Iterator, Mapping

import numpy as np

from ..cells import NONE
from ..metrics import class_iu
from ..results import Results
from ..scorings import counts_of
from .chooser import Choice, chooser
from .grid import Column, Row, grid
from .markup import Html, tag
from .provenance import sources


def section(files: Mapping[str, Results]) -> Html:
    """A table of bars for each results file and each of its heads."""
    return chooser("table", _choices(files))


def done(results: Results) -> list[dict]:
    """The rows that were evaluated."""
    return [row for row in results.rows.values() if row["status"] == "done"]


def heads_of(rows: list[dict]) -> list[str]:
    """The score blobs of the rows."""
    return list(dict.fromkeys(head for row in rows for head in row["counts"]))


def _choices(files: Mapping[str, Results]) -> Iterator[Choice]:
    for stem, results in files.items():
        heads = heads_of(done(results))
        for head in heads:
            rows = [row for row in done(results) if head in row["counts"]]
            yield Choice(stem, head if len(heads) > 1 else "", _bars(stem, head, rows))


def _bars(stem: str, head: str, rows: list[dict]) -> Html:
    found = [class_iu(counts_of(row, head)) for row in rows]
    columns = [Column("class"), *(Column(row["net"]) for row in rows)]
    names = rows[0]["classes"][head]
    lines = [
        Row((name, *(bar(100 * iu[index]) for iu in found))) for index, name in enumerate(names)
    ]
    label = f"IU of each class in percent, {stem}, {head}"
    table = grid(label, columns, lines)
    return tag("div", table, sources(stem, [row["net"] for row in rows]), class_="bars")


def bar(percent: float) -> Html:
    """A number from 0 to 100 with a bar of its length; none where there is no number."""
    if np.isnan(percent):
        return tag("span", NONE, class_="none", title="neither true nor predicted")
    length = tag("i", style=f"width:{percent:.2f}%")
    return tag("span", tag("b", length, aria_hidden="true"), f"{percent:.2f}", class_="bar")
