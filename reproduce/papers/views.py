"""A paper's table as Markdown, CSV and LaTeX: its own rows, published beside ours.

The same evidence gives the same bytes.
"""

from pathlib import Path

from ..cells import NONE, UNVERIFIED
from ..csv_text import csv_text
from ..latex import tabular
from ..markdown import grid
from . import times, whole
from .figures import Evidence, Figure, figures, verdict
from .paper import Cell, Column, Paper, Row

Lines = list[tuple[Row, list[Figure]]]


def views(paper: Paper, results_folder: Path) -> dict[str, str]:
    """{suffix: text} of every view, from the evidence in `results_folder`; nothing is evaluated.

    paper: as `papers.load` or `papers.for_sample` gives it.  Raises DataError for evidence that
    cannot be read, and where the paper's file asks for rows that there are not.
    """
    paper = whole(paper)
    evidence = Evidence(paper, results_folder)
    lines = [(row, figures(paper, row, evidence)) for row in paper.rows]
    return {
        "md": _markdown(paper, lines, evidence),
        "csv": _csv(paper, lines),
        "tex": _tex(paper, lines),
    }


def _markdown(paper: Paper, lines: Lines, evidence: Evidence) -> str:
    notes = [f"- source: {paper.source}", *_legend(paper, lines), *(f"- {n}" for n in paper.notes)]
    notes += [*_evidence(paper, evidence), *_graphs(paper), *_timed(paper, evidence)]
    return "\n\n".join([f"# {paper.title}", grid(_wide(paper, lines)), "\n".join(notes)]) + "\n"


def _wide(paper: Paper, lines: Lines) -> list[dict[str, str]]:
    """One dict a row, column title -> the figure of the paper, or of Caffe, and ours."""
    return [
        {
            "row": row.title,
            **{
                column.title: _both(row, column, figure)
                for column, figure in zip(paper.columns, found, strict=True)
            },
            "verdict": verdict(row, found),
        }
        for row, found in lines
    ]


def _both(row: Row, column: Column, figure: Figure) -> str:
    if row.of_a_competitor or column.only_published:
        return figure.published_text
    if figure.published is None and figure.ours is None:
        return NONE
    return f"{figure.published_text} / {figure.ours_text}"


def _csv(paper: Paper, lines: Lines) -> str:
    """The figure and ours in columns of their own."""
    return csv_text([_apart(paper, row, found) for row, found in lines])


def _apart(paper: Paper, row: Row, found: list[Figure]) -> dict[str, str]:
    cells = {"row": row.title}
    for column, figure in zip(paper.columns, found, strict=True):
        cells[f"{column.title} {paper.reference}"] = figure.published_text
        if not column.only_published:
            cells[f"{column.title} ours"] = figure.ours_text
    return {**cells, "verdict": verdict(row, found)}


def _tex(paper: Paper, lines: Lines) -> str:
    rows = _wide(paper, lines)
    marked = f"; {UNVERIFIED}: unverified" * _any_unverified(lines)
    note = f"% {paper.title}; {paper.reference} / ours; {NONE}: none{marked}\n% {paper.source}"
    spec = "l" + "r" * len(paper.columns) + "l"
    return tabular(note, spec, [list(rows[0]), *(list(row.values()) for row in rows)])


def _any_unverified(lines: Lines) -> bool:
    return any(f.published is not None and not f.verified for _, found in lines for f in found)


def _legend(paper: Paper, lines: Lines) -> list[str]:
    legend = [f"- {paper.reference} / ours; {NONE} none; scores in percent."]
    if _any_unverified(lines):
        legend.append(f"- {UNVERIFIED} unverified: not read in the text it is from.")
    allowed = {f.within for _, found in lines for f in found if isinstance(f.ours, float)}
    points = " or ".join(f"{within:g}" for within in sorted(allowed - {None}))
    if points:
        legend.append(
            f"- reproduced: each score is within {points} points of the figure beside it."
        )
    if any(column.fact for column in paper.columns):
        legend.append("- reproduced: each whole number rounds to the one beside it.")
    return legend


def _evidence(paper: Paper, evidence: Evidence) -> list[str]:
    """A line for each row of results that ours is from: how it was made, or why it was not."""
    titles: dict[Cell, list[str]] = {}
    for row in paper.rows:
        for cell in filter(None, map(row.cell, paper.columns)):
            known = titles.setdefault(cell._replace(scoring="", metric=""), [])
            known += [row.title] * (row.title not in known)
    found = ((cell, evidence.row(cell), "; ".join(who)) for cell, who in titles.items())
    return [_made(cell, row, who) for cell, row, who in found if row]


def _made(cell: Cell, row: dict, who: str) -> str:
    place = f"{cell.table}/{cell.row} ({who})"
    if row["status"] != "done":
        return f"- not run: {place}: {'; '.join(row['reasons'])}"
    made = row["provenance"]
    commit = f"commit {made['commit']}" if made["commit"] else f"version {made['version']}"
    return (
        f"- ours from {place}: `{row['command']}`, {row['images']} images, {made['device']}, "
        f"{made['date']}, {commit}"
    )


def _graphs(paper: Paper) -> list[str]:
    facts = ", ".join(column.title for column in paper.columns if column.fact)
    nets = [(row.net, row.title) for row in paper.rows if row.net and facts]
    return [f"- ours from the graph of {net} ({title}): {facts}" for net, title in nets]


def _timed(paper: Paper, evidence: Evidence) -> list[str]:
    """A line for each time of ours and the machine that it is from."""
    return [
        f"- {column.title} of {row.net} ({row.title}): ours {times.text(timed)}, the median of "
        f"{timed['runs']}, on other hardware ({times.machine(timed)}), so there is no verdict"
        for row in paper.rows
        for column in paper.columns
        if column.time
        for timed in evidence.times(row, column)
    ]
