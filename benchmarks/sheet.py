"""A measurement on disk: a CSV, which is the evidence, and the Markdown table rendered from it."""

import csv
import io
from pathlib import Path

from reproduce.atomic import check_writable, write
from reproduce.markdown import grid

from .machine import machine


def write_sheet(path: Path, title: str, command: str, rows: list[dict[str, str]]) -> str:
    """Writes `rows`, each with the machine it was measured on, and returns the Markdown page.

    path: of the CSV; the Markdown goes beside it.  Raises DataError if they cannot be written.
    """
    check_writable(path.parent)
    text = io.StringIO()
    full = [{**row, **machine(), "command": command} for row in rows]
    writer = csv.DictWriter(text, list(full[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(full)
    write(path, text.getvalue())
    page = markdown(title, text.getvalue())
    write(path.with_suffix(".md"), page)
    return page


def markdown(title: str, text: str) -> str:
    """The page of a CSV that `write_sheet` wrote."""
    rows = list(csv.DictReader(io.StringIO(text)))
    about = (*machine(), "command")
    cells = [{key: value for key, value in row.items() if key not in about} for row in rows]
    first = rows[0]
    where = (
        f"`{first['command']}` on {first['cpu']}, {first['cores']} cores, "
        f"{first['memory_gib']} GiB; {first['os']}, Python {first['python']}, "
        f"torch {first['torch']}, numpy {first['numpy']}."
    )
    return f"# {title}\n\n{grid(cells)}\n\n{where}\n"
