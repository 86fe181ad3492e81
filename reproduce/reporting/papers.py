"""The tables of the papers, as their pages in the results folder have them."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from .. import papers, tables
from ..papers import Paper, pages
from ..papers.views import views
from ..results import Results
from . import verdicts
from .grid import Column, Row, grid, listed
from .markup import Html, anchor, joined, tag
from .provenance import folded, made_id
from .tables import notes

OURS, TIMED = ("ours from ", "not run: "), "): ours "  # of a page's notes, those on ours


class Page(NamedTuple):
    """A paper's table; texts: {suffix: text} of its views, as the evidence renders to."""

    paper: Paper
    texts: dict[str, str]

    def lines(self) -> list[dict[str, str]]:
        """The rows as the CSV has them."""
        return list(csv.DictReader(io.StringIO(self.texts["csv"])))


def shown(folder: Path) -> list[Page]:
    """The papers' tables of which `folder` has the page."""
    every = map(papers.whole, pages.kept(folder))
    return [Page(paper, views(paper, folder)) for paper in every]


def section(found: Iterable[Page], files: Mapping[str, Results]) -> Html:
    """A table for each paper's table; files: the evidence."""
    return joined(_article(one, files) for one in found)


def table_id(paper: Paper) -> str:
    """The id of the paper's table."""
    return anchor("paper", paper.stem)


def _article(page: Page, files: Mapping[str, Results]) -> Html:
    paper, every = page.paper, notes(page.texts["md"])
    ours = [note for note in every if note.startswith(OURS) or TIMED in note]
    id = anchor("made", paper.stem)
    columns, keys = zip(*_columns(paper), strict=True)
    rows = [
        Row(
            tuple(_cell(key, line[key]) for key in keys),
            _made(row, paper, files, id if ours else None),
        )
        for row, line in zip(paper.rows, page.lines(), strict=True)
    ]
    return tag(
        "article",
        tag("h3", paper.title),
        grid(paper.title, columns, rows, file=f"{paper.stem}.csv"),
        listed([note for note in every if note not in ours], class_="notes"),
        folded("What ours is from", listed(ours), id=id) if ours else "",
        id=table_id(paper),
    )


def _columns(paper: Paper):
    """(column, its key in the CSV): what was published, and ours where there can be any."""
    yield Column("row"), "row"
    for column in paper.columns:
        which = [paper.reference, *([] if column.only_published else ["ours"])]
        for each in which:
            yield Column(each, column.title, numbers=True), f"{column.title} {each}"
    yield Column("verdict"), "verdict"


def _cell(key: str, text: str) -> object:
    return verdicts.marked(text) if key == "verdict" else text


def _made(
    row: papers.Row, paper: Paper, files: Mapping[str, Results], notes_id: str | None
) -> str | None:
    """Where it says how ours of `row` was made; None where there is none of ours.

    notes_id: of the notes on what ours is from.
    """
    if row.ours:
        table, which, _ = row.ours
        stem = Results(table, tables.load(table).split, paper.sample).stem
        if stem in files and which in files[stem].rows:
            return made_id(stem, which)
    return notes_id if row.net else None
