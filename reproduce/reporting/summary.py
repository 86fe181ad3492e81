"""How many figures were reproduced, file by file."""

from collections.abc import Iterable, Iterator, Mapping

from ..cells import NONE, lines
from ..results import Results
from . import papers, tables
from .grid import Row, columns_of, grid
from .markup import Html, joined, tag
from .papers import Page
from .verdicts import counted

ALWAYS = ("reproduced", "differs")  # verdicts that are told though there are none
Lines = list[tuple[str, dict[str, str]]]  # id of the table, cells


def section(files: Mapping[str, Results], found: Iterable[Page]) -> Html:
    """The counts of verdicts: of each evaluation's figures, and of each paper's rows."""
    return joined(
        [
            _table("Figures of the evaluations", list(_evaluations(files))),
            _table("Rows of ours in the papers' tables", list(_papers(found))),
        ]
    )


def _table(title: str, rows: Lines) -> Html:
    if not rows:
        return Html()
    kept = [key for key in rows[0][1] if key in ALWAYS or any(row[key] != NONE for _, row in rows)]
    cells = [{key: row[key] for key in kept} for _, row in rows]
    shown = [
        Row((tag("a", name, href=f"#{id}"), *others))
        for (id, _), (name, *others) in zip(rows, (one.values() for one in cells), strict=True)
    ]
    return tag("article", tag("h3", title), grid(title, columns_of(cells), shown))


def _evaluations(files: Mapping[str, Results]) -> Iterator[tuple[str, dict[str, str]]]:
    for stem, results in files.items():
        found = [line["verdict"] for line in lines(results)]
        row = {"table": stem, "figures": str(len(found)), **counted(found)}
        yield tables.table_id(stem), {**row, "labels equal to Caffe's": _equal(results)}


def _papers(found: Iterable[Page]) -> Iterator[tuple[str, dict[str, str]]]:
    for page in found:
        title, verdicts = page.paper.title, [line["verdict"] for line in page.lines()]
        ours = [verdict for verdict in verdicts if verdict != NONE]
        row = {"table": title.partition(":")[0], "rows": str(len(ours)), **counted(ours)}
        yield papers.table_id(page.paper), row


def _equal(results: Results) -> str:
    found = [row["caffe_labels"] for row in results.rows.values() if row["status"] == "done"]
    labels = [one for one in found if one]
    if not labels:
        return NONE
    return "{} of {}".format(*(sum(one[key] for one in labels) for key in ("equal", "pixels")))
