"""The tables of the two FCN papers, one YAML file each: figures as printed, and what gives ours.

Adding a table is adding a file.  Its keys:

title, source  heading, and the text that the figures are from
verified       whether they were read there; a row may say otherwise, of itself or column by column
compared       whether ours is of the weights that the paper scored (default true); a row may differ
columns        `title`, and where ours comes from: `metric` (of scorings.METRICS) and a `scoring`
               other than the row's; or `fact` (of facts.FACTS); or `time`, a protocol of
               benchmarks.speed; or `missing`, why there is none
rows           `title`, `published` (a text a column, "-" for none), and, less for competitors,
               `ours`, TABLE/ROW[/SCORING] of an evaluation table, ROW may be "*" for each;
               `net`, whose graph gives the facts and whose time is shown; `missing`, why there is
               no such row of results
notes          lines below the table

Errors         DataError for an unknown table and for a file that is none.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

from .. import tables
from ..errors import DataError
from .paper import Cell, Column, Paper, Row
from .reading import read

__all__ = ["Paper", "for_sample", "load", "names", "tables_of", "whole"]
FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names of all tables of papers."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> Paper:
    """Table `name` of a paper.  Raises DataError, listing those there are if it is unknown."""
    if name not in names():
        raise DataError(f"paper {name!r}: unknown, expected one of {', '.join(names())}")
    return read(name, (FOLDER / f"{name}.yaml").read_text("utf-8"))


def whole(paper: Paper) -> Paper:
    """`paper` with a row for each row of the evaluation table where it asks for all ("*").

    Raises DataError for a table, row, scoring or metric that there is not.
    """
    made = replace(paper, rows=tuple(each for row in paper.rows for each in _each(row)))
    load_once = cache(tables.load)
    for cell in made.cells():
        _check(paper, cell, load_once(cell.table))
    return made


def _each(row: Row) -> tuple[Row, ...]:
    """The rows that `row` stands for, each with the scoring that is meant."""
    if row.ours is None:
        return (row,)
    name, which, scoring = row.ours
    table = tables.load(name)
    scoring = scoring or "".join(table.scorings if len(table.scorings) == 1 else ())
    if which != "*":
        return (replace(row, ours=(name, which, scoring)),)
    return tuple(
        replace(row, title=f"{row.title}, {each}", ours=(name, each, scoring))
        for each in table.nets
    )


def _check(paper: Paper, cell: Cell, table: tables.Table) -> None:
    where = f"{paper.name}.yaml: ours {'/'.join(cell[:3])}"
    if cell.row not in table.nets:
        raise DataError(f"{where}: no row {cell.row!r}, expected one of {', '.join(table.nets)}")
    if cell.scoring not in table.scorings:
        known = ", ".join(map(repr, table.scorings))
        raise DataError(f"{where}: no scoring {cell.scoring!r}, expected one of {known}")
    metrics = table.scorings[cell.scoring].metrics
    if cell.metric not in metrics:
        raise DataError(f"{where}: scoring has no {cell.metric}, expected {', '.join(metrics)}")


def tables_of(paper: Paper) -> dict[str, tuple[str, ...]]:
    """Evaluation table -> its rows that `paper` shows: what must be run before it is rendered."""
    needed: dict[str, list[str]] = {}
    for cell in whole(paper).cells():
        rows = needed.setdefault(cell.table, [])
        rows += [cell.row] * (cell.row not in rows)
    return {table: tuple(rows) for table, rows in needed.items()}


def for_sample(paper: Paper) -> Paper:
    """`paper` for the bundled sample: its rows of ours there, with real Caffe's figures.

    Raises DataError if the sample has none of them.
    """
    every = whole(paper)
    small = {name: tables.for_sample(tables.load(name)) for name in tables_of(paper)}
    columns = tuple(column for column in every.columns if column.metric)
    rows = [row for row in every.rows if row.ours and row.ours[1] in small[row.ours[0]].nets]
    if not rows:
        raise DataError(f"{paper.name}: the bundled sample has none of its rows, leave --sample")
    return Paper(
        paper.name,
        f"The bundled sample of {paper.name}: drawings and narrow nets",
        "Real Caffe on the bundled sample.",
        columns,
        tuple(_caffes(row, columns, small[row.ours[0]]) for row in rows),
        sample=True,
    )


def _caffes(row: Row, columns: tuple[Column, ...], table: tables.Table) -> Row:
    """`row` with the figures of real Caffe, where it has run."""
    places = [row.cell(column) for column in columns]
    figures = tuple(table.figure(place.row, "caffe", *place[2:]) for place in places)
    verified = (True,) * len(columns)
    return Row(row.title, figures, verified, ours=row.ours)
