"""A paper's rows as text: published beside ours, a verdict, and what ours rests on.

Ours is read from the evidence in a results folder and never evaluated here.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import results, tables
from ..cells import NONE, UNVERIFIED
from ..metrics import Scores
from ..results import Results
from ..tables import Table
from . import times
from .facts import fact
from .paper import Cell, Column, Paper, Row

MEGA = 1_000_000
TIMING = "timing: python -m benchmarks.speed"


@dataclass(frozen=True)
class Figure:
    """One place of a row.

    title: of its column.  ours: percent, a whole number, or the text of a time, never compared.
    within: how far it may be off, None where nothing is compared.  missing: why there is none of
    ours.  reading: the paper leaves open what is to be done, so that another figure is of another
    way.
    """

    title: str
    published: str | None
    verified: bool = True
    ours: float | int | str | None = None
    within: float | None = None
    missing: str | None = None
    reading: bool = False

    @property
    def differs(self) -> bool:
        """Whether ours is compared and further off than allowed."""
        if self.within is None:
            return False
        return abs(self.ours - _number(self.published)) > self.within + 1e-9

    @property
    def published_text(self) -> str:
        """As printed, marked if it was not read there."""
        if self.published is None:
            return NONE
        return self.published if self.verified else self.published + UNVERIFIED

    @property
    def ours_text(self) -> str:
        """With two decimals, or more if the published figure has more; facts as whole numbers."""
        if self.ours is None:
            return NONE
        if isinstance(self.ours, str):
            return self.ours
        if isinstance(self.ours, int):
            return f"{self.ours:,}"
        return f"{self.ours:.{max(2, _decimals(self.published))}f}"


class Evidence:
    """The results files of a folder that belong to a paper's table."""

    def __init__(self, paper: Paper, folder: Path):
        self._folder, self._sample = folder, paper.sample
        self._file, self._table = cache(self._read), cache(self._definition)  # once for a page
        self._speed = cache(lambda: times.read(folder))

    def row(self, cell: Cell) -> dict | None:
        """The row of results that `cell` is in, None if it was never run."""
        found = self._file(cell.table)
        return found.rows.get(cell.row) if found else None

    def within(self, cell: Cell) -> float:
        """The tolerance of the evaluation table, in points."""
        return self._table(cell.table).within

    def reading(self, cell: Cell) -> bool:
        """Whether the row is one reading among several."""
        return self._table(cell.table).readings

    def scores(self, cell: Cell, row: dict) -> Scores | str:
        """The scores of a row that was run, or why there are none."""
        scoring = self._table(cell.table).scorings[cell.scoring]
        return scoring.of(row) or f"no class list {scoring.only}"

    def times(self, row: Row, column: Column) -> list[dict[str, str]]:
        """The rows of speed.csv with our times for a place of a table, the fastest first."""
        return times.of(self._speed(), row.net, column.time) if row.net else []

    def missing(self, cell: Cell) -> str:
        """What to run."""
        return f"python -m reproduce.table {cell.table}{' --sample' * self._sample}"

    def _definition(self, table: str) -> Table:
        found = tables.load(table)
        return tables.for_sample(found) if self._sample else found

    def _read(self, table: str) -> Results | None:
        stem = Results(table, tables.load(table).split, self._sample).stem
        path = self._folder / f"{stem}.json"
        return results.read(path) if path.exists() else None


def figures(paper: Paper, row: Row, evidence: Evidence) -> list[Figure]:
    """The Figure of each column of `row`."""
    given = zip(paper.columns, row.published, row.verified, strict=True)
    return [
        _figure(row, column, evidence, published, verified) for column, published, verified in given
    ]


def _figure(
    row: Row, column: Column, evidence: Evidence, published: str | None, verified: bool
) -> Figure:
    ours, missing, within = None, None, None
    if cell := row.cell(column):
        ours, missing = _score(cell, evidence)
        within = evidence.within(cell)
    elif column.fact and row.net:
        ours = fact(row.net, column.fact)
        within = _half_of_the_last_digit(published) if published else None
    elif column.time:
        timed = evidence.times(row, column)
        ours, missing = (times.text(timed[0]), None) if timed else (None, TIMING)
    elif column.metric:
        missing = row.missing
    else:
        missing = column.missing
    compared = row.compared and published is not None and ours is not None
    within, reading = within if compared else None, bool(cell) and evidence.reading(cell)
    return Figure(column.title, published, verified, ours, within, missing, reading)


def _score(cell: Cell, evidence: Evidence) -> tuple[float | None, str | None]:
    """Ours in percent, or why there is none."""
    if (row := evidence.row(cell)) is None:
        return None, evidence.missing(cell)
    if row["status"] != "done":
        return None, f"{row['status']}, see below"
    scores = evidence.scores(cell, row)
    return (None, scores) if isinstance(scores, str) else (100 * getattr(scores, cell.metric), None)


def verdict(row: Row, found: list[Figure]) -> str:
    """reproduced, differs or another way (in what), no reference, not run (why); "-": competitor.

    Marked where a compared figure is unverified; "(n of m figures)" where ours has not all that
    were published.
    """
    if row.of_a_competitor:
        return NONE
    found = [figure for figure in found if not isinstance(figure.ours, str)]  # times have none
    printed = [figure for figure in found if figure.published is not None]
    if not (ours := sum(figure.ours is not None for figure in found)):
        return f"not run: {_reasons(printed or found)}"
    word = _word([figure for figure in found if figure.within is not None])
    reasons = _reasons(printed)
    return f"{word} ({ours} of {len(printed)} figures); not run: {reasons}" if reasons else word


def _reasons(found: list[Figure]) -> str:
    return "; ".join(dict.fromkeys(figure.missing for figure in found if figure.missing))


def _word(compared: list[Figure]) -> str:
    if not compared:
        return "no reference"
    mark = "" if all(figure.verified for figure in compared) else UNVERIFIED
    off = [figure for figure in compared if figure.differs]
    if not off:
        return f"reproduced{mark}"
    word = "another way" if off[0].reading else "differs"
    return f"{word}{mark} in {', '.join(figure.title for figure in off)}"


def _number(published: str) -> float:
    return float(published.removesuffix("M")) * (MEGA if published.endswith("M") else 1)


def _half_of_the_last_digit(published: str) -> float:
    return 0.5 * (MEGA if published.endswith("M") else 1)


def _decimals(published: str | None) -> int:
    found = re.search(r"\.(\d+)", published or "")
    return len(found[1]) if found else 0
