"""Which picture a sheet has: by its columns, those of benchmarks.speed or of benchmarks.growth."""

import csv
from collections.abc import Callable
from pathlib import Path

from reproduce.command import complain
from reproduce.errors import DataError
from weights_convert import ConvertError
from weights_convert.optional import optional

from . import bars, lines
from .picture import EXTRA

# Column that only sheets of this kind have -> what draws them.
KINDS: dict[str, Callable[[Path, list[dict[str, str]]], list[Path]]] = {
    "sweep": lines.draw,
    "protocol": bars.draw,
}


def draw(sheet: Path) -> list[Path]:
    """Draws the pictures of the CSV `sheet` beside it and returns them.

    Raises DataError for a file of another kind, ConvertError without matplotlib.
    """
    rows = read(sheet)
    for column, kind in KINDS.items():
        if column in rows[0]:
            return kind(sheet, rows)
    raise DataError(f"{sheet}: no chart of it is known, expected speed.csv or growth.csv")


def drawable() -> bool:
    """Whether matplotlib is here; tells on stderr what installs it if not."""
    try:
        optional("matplotlib", EXTRA)
    except ConvertError as error:
        complain(DataError(f"no pictures: {error}"))
        return False
    return True


def read(sheet: Path) -> list[dict[str, str]]:
    """The rows of a CSV, at least one.  Raises DataError."""
    try:
        with sheet.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeError, csv.Error) as error:
        raise DataError(f"{sheet}: cannot be read ({error}), expected a CSV") from error
    if not rows:
        raise DataError(f"{sheet}: has no rows, expected a measurement; make it again")
    return rows
