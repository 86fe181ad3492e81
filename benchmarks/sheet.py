"""A measurement on disk: a CSV, which is the evidence, and the Markdown table rendered from it.

`python -m benchmarks.sheet results/*.csv` renders the Markdown anew; other CSVs are left alone.
"""

import argparse
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from reproduce.atomic import check_writable, write
from reproduce.command import command
from reproduce.csv_text import csv_text
from reproduce.errors import DataError
from reproduce.markdown import grid

from . import speed_page
from .machine import machine

PICTURES = "pictures"  # column with the names of picture files, where a sheet has some


def write_sheet(
    path: Path, title: str, call: str, rows: list[dict[str, str]], pictures: Sequence[str] = ()
) -> str:
    """Writes `rows`, each with the machine it was measured on, and returns the Markdown page.

    path: of the CSV; the Markdown goes beside it.  pictures: file names there, which the page
    shows.  Raises DataError if they cannot be written.
    """
    return save(path, described(rows, call, title, pictures))


def described(
    rows: list[dict[str, str]], call: str, title: str, pictures: Sequence[str] = ()
) -> list[dict[str, str]]:
    """`rows` with the machine that they are of, the command, the title, and pictures if any."""
    about = {**machine(), "command": call, "title": title}
    about |= {PICTURES: " ".join(pictures)} if pictures else {}
    return [{**row, **about} for row in rows]


def save(path: Path, rows: list[dict[str, str]]) -> str:
    """Writes rows that are described, and returns the Markdown page; see write_sheet."""
    check_writable(path.parent)
    text = csv_text(rows)
    write(path, text)
    page = markdown(text)
    write(path.with_suffix(".md"), page)
    return page


def markdown(text: str) -> str:
    """The page of a CSV that `write_sheet` wrote."""
    rows = list(csv.DictReader(io.StringIO(text)))
    about = (*machine(), "command", "title", PICTURES)
    cells = [{key: value for key, value in row.items() if key not in about} for row in rows]
    first = rows[0]
    if "protocol" in first:
        return f"# {first['title']}\n\n{shown(first)}{speed_page.page(rows)}\n"
    where = (
        f"`{first['command']}` on {first['cpu']}, {first['cores']} cores, "
        f"{first['memory_gib']} GiB; {first['os']}, Python {first['python']}, "
        f"torch {first['torch']}, numpy {first['numpy']}."
    )
    return f"# {first['title']}\n\n{shown(first)}{grid(cells)}\n\n{where}\n"


def shown(row: dict[str, str]) -> str:
    """The pictures of the sheet that `row` is of, in Markdown, each with an empty line after it."""
    names = row.get(PICTURES, "").split()
    return "".join(f"![{Path(name).stem}]({name})\n\n" for name in names)


def read(path: Path) -> str:
    """The text of a measurement.  Raises DataError."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}), expected a CSV") from None


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
        text = read(path)
        if "title" in text.partition("\n")[0].split(","):
            write(path.with_suffix(".md"), markdown(text))
            print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
