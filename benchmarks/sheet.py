"""A measurement on disk: a CSV, which is the evidence, and the Markdown table rendered from it.

`python -m benchmarks.sheet results/*.csv` renders the Markdown anew; other CSVs are left alone.
"""

import argparse
import csv
import io
from pathlib import Path

from reproduce.atomic import check_writable, write
from reproduce.command import command
from reproduce.markdown import grid

from .machine import machine


def write_sheet(path: Path, title: str, call: str, rows: list[dict[str, str]]) -> str:
    """Writes `rows`, each with the machine it was measured on, and returns the Markdown page.

    path: of the CSV; the Markdown goes beside it.  Raises DataError if they cannot be written.
    """
    check_writable(path.parent)
    text = io.StringIO()
    full = [{**row, **machine(), "command": call, "title": title} for row in rows]
    writer = csv.DictWriter(text, list(full[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(full)
    write(path, text.getvalue())
    page = markdown(text.getvalue())
    write(path.with_suffix(".md"), page)
    return page


def markdown(text: str) -> str:
    """The page of a CSV that `write_sheet` wrote."""
    rows = list(csv.DictReader(io.StringIO(text)))
    about = (*machine(), "command", "title")
    cells = [{key: value for key, value in row.items() if key not in about} for row in rows]
    first = rows[0]
    where = (
        f"`{first['command']}` on {first['cpu']}, {first['cores']} cores, "
        f"{first['memory_gib']} GiB; {first['os']}, Python {first['python']}, "
        f"torch {first['torch']}, numpy {first['numpy']}."
    )
    return f"# {first['title']}\n\n{grid(cells)}\n\n{where}\n"


@command
def main(arguments: list[str] | None = None) -> int:
    """Renders the sheets named; returns the exit status."""
    form = argparse.ArgumentParser(
        prog="python -m benchmarks.sheet",
        description="Write the Markdown of measurements anew.",
        epilog="example: python -m benchmarks.sheet results/*.csv",
    )
    form.add_argument("sheets", nargs="+", type=Path)
    for path in form.parse_args(arguments).sheets:
        text = path.read_text("utf-8")
        if "title" in text.partition("\n")[0].split(","):
            write(path.with_suffix(".md"), markdown(text))
            print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
