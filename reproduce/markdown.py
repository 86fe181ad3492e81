"""Results as a Markdown page: the table, then what each figure rests on."""

import re

from .cells import NONE, UNVERIFIED, lines
from .results import Results
from .tables import Table

NUMBER = re.compile(r"-$|[-+]?\d[\d.,]*(e[-+]\d+)?( of \d+)?†?$|\d+x\d+$")


def markdown(results: Results) -> str:
    """The page, ending in a newline."""
    table = results.definition()
    parts = [f"# {table.title}", grid(lines(results)), _notes(table, results), _evidence(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def grid(rows: list[dict[str, str]]) -> str:
    """A Markdown table, padded so that it reads as text too; columns of numbers to the right.

    >>> print(grid([{"net": "a", "IU": "65.5"}, {"net": "bc", "IU": "8.0"}]))
    | net |   IU |
    |-----|-----:|
    | a   | 65.5 |
    | bc  |  8.0 |
    """
    columns = [_column(title, [row[title] for row in rows]) for title in rows[0]]
    head, *body = zip(*(cells for cells, _ in columns), strict=True)
    rules = [f"{'-' * (len(cells[0]) + 1)}{end}" for cells, end in columns]
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *body)]
    return "\n".join([lines[0], f"|{'|'.join(rules)}|", *lines[1:]])


def _column(title: str, cells: list[str]) -> tuple[list[str], str]:
    """Title and cells, padded to one width, and the end of the rule below the title."""
    width = max(map(len, (title, *cells)))
    numbers = all(NUMBER.match(cell) for cell in cells)
    pad = str.rjust if numbers else str.ljust
    return [pad(cell, width) for cell in (title, *cells)], ":" if numbers else "-"


def _notes(table: Table, results: Results) -> str:
    notes = [f"- {source.title}: {source.text}" for source in table.sources.values()]
    if any(not source.verified for source in table.sources.values()):
        notes.append(f"- {UNVERIFIED} unverified: not read in the text it is from.")
    if table.expect:
        first = " or else ".join(table.sources[key].title for key in table.expect)
        notes.append(
            f"- difference: ours less {first}, in points; reproduced if at most {table.within:g}."
        )
    if results.limit is not None:
        notes.append(f"- PARTIAL: only the first {results.limit} images.")
    return "\n".join(notes + _not_run(results))


def _not_run(results: Results) -> list[str]:
    """A line for each reason why nets were not run, with those nets."""
    nets: dict[str, list[str]] = {}
    for row in results.rows.values():
        for reason in row["reasons"]:
            nets.setdefault(reason, []).append(row["net"])
    return [f"- not run: {', '.join(who)}: {reason}" for reason, who in nets.items()]


def _evidence(results: Results) -> str:
    done = [row for row in results.rows.values() if row["status"] == "done"]
    return grid([_facts(row) for row in done]) if done else ""


def _facts(row: dict) -> dict[str, str]:
    """What one row's figures were made with."""
    made, labels = row["provenance"], row["caffe_labels"]
    same = f"{labels['equal']} of {labels['pixels']}" if labels else NONE
    tf32 = "on" if made["precision"]["tf32_cudnn"] else "off"
    return {
        "net": row["net"],
        "images": str(row["images"]),
        "labels equal to Caffe's": same,
        "seconds": f"{row['seconds']:.1f}",
        "of them in the net": f"{row['net_seconds']:.1f}",
        "weights sha256": row["weights"]["sha256"][:12] if row["weights"] else NONE,
        "ids sha256": row["ids_sha256"][:12],
        "commit": made["commit"] or f"version {made['version']}",
        "torch": made["libraries"]["torch"],
        "TF32": tf32,
        "device": made["device"],
        "date": made["date"],
        "command": f"`{row['command']}`",
    }
