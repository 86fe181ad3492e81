"""`python -m reproduce.embed README.md`: the tables of results/ inside a page, never typed by hand.

Between `<!-- results/NAME.md table N -->` and `<!-- end -->` stands the N-th table of that file;
`table N of PATTERN` leaves only its lines in which that regular expression is found, and `columns
A, B` after that only these of its columns.
"""

import argparse
import re
from pathlib import Path

from . import atomic
from .command import command
from .errors import DataError

BLOCK = re.compile(
    r"(<!-- (\S+\.md) table (\d+)(?: of (.+?))?(?: columns (.+?))? -->\n).*?(<!-- end -->)",
    re.DOTALL,
)
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


def embedded(page: str, root: Path) -> str:
    """`page` with every block filled from the files that it names, relative to `root`.

    Raises DataError for a file or a table that is not there.
    """

    def filled(block: re.Match) -> str:
        path, columns = root / block[2], block[5].split(", ") if block[5] else []
        return block[1] + _table(path, int(block[3]), block[4] or "", columns) + block[6]

    return BLOCK.sub(filled, page)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}), expected a page") from None


def _table(path: Path, number: int, pattern: str, columns: list[str]) -> str:
    try:
        table = TABLE.findall(path.read_text("utf-8"))[number - 1]
    except (OSError, IndexError) as error:
        raise DataError(f"{path}: has no table {number} ({error})") from None
    head, rule, *rows = table.splitlines(keepends=True)
    lines = [head, rule, *_found(pattern, rows)]
    names = _cells(head)
    if absent := [name for name in columns if name not in names]:
        raise DataError(f"{path}: table {number} has no column {', '.join(absent)}")
    places = [names.index(name) for name in columns]
    return "".join(_only(line, places) if columns else line for line in lines)


def _found(pattern: str, rows: list[str]) -> list[str]:
    try:
        return [row for row in rows if re.search(pattern, row)]
    except re.error as error:
        raise DataError(f"{pattern!r}: is no regular expression ({error})") from None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _only(line: str, places: list[int]) -> str:
    cells = line.strip().strip("|").split("|")
    return "|" + "|".join(cells[place] for place in places) + "|\n"


@command
def main(arguments: list[str] | None = None) -> int:
    """Fills the pages named; returns the exit status."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.embed",
        description="Put the tables of results/ into the pages that show them.",
        epilog="example: python -m reproduce.embed README.md",
    )
    form.add_argument("pages", nargs="+", type=Path)
    for page in form.parse_args(arguments).pages:
        atomic.write(page, embedded(_text(page), page.resolve().parent))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
