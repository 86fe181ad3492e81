"""The evaluations: published figures, ours, difference and verdict; a table a results file."""

from collections.abc import Mapping

from .. import render
from ..cells import lines
from ..results import Results
from . import verdicts
from .grid import columns_of, grid, listed
from .markup import Html, anchor, joined, prose, tag
from .provenance import linked, made

FIRST = ("voc2011", "voc2012", "nyudv2", "siftflow", "pascalcontext", "upper-bounds")


def in_order(files: Mapping[str, Results]) -> dict[str, Results]:
    """File stem -> Results, in the order of the papers; other tables after these."""
    places = {name: place for place, name in enumerate(FIRST)}

    def key(stem: str) -> tuple:
        return places.get(files[stem].table, len(FIRST)), stem

    return {stem: files[stem] for stem in sorted(files, key=key)}


def table_id(stem: str) -> str:
    """The id of the table of the results file `stem`."""
    return anchor("table", stem)


def section(files: Mapping[str, Results]) -> Html:
    """A table with its notes, and how it was made, for each results file."""
    return joined(_article(stem, results) for stem, results in files.items())


def _article(stem: str, results: Results) -> Html:
    rows = lines(results)
    title = results.definition().title
    cells = (tuple(_cells(row)) for row in rows)
    shown = [linked(each, stem, row["net"]) for each, row in zip(cells, rows, strict=True)]
    return tag(
        "article",
        tag("h3", title),
        grid(title, columns_of(rows), shown, file=f"{stem}.csv"),
        listed(notes(render.views(results)["md"]), class_="notes"),
        made(stem, results),
        id=table_id(stem),
    )


def _cells(row: dict[str, str]):
    for title, text in row.items():
        yield verdicts.marked(text) if title == "verdict" else text


def notes(page: str) -> list[Html]:
    """The lines of a Markdown page's list."""
    return [prose(line[2:]) for line in page.splitlines() if line.startswith("- ")]
