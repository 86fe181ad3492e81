"""A measurement's CSV: rows of what was measured, and what is told of where and how.

Errors  DataError for a file that is no such CSV.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path

from ..errors import DataError
from .grid import Row, columns_of, grid
from .markup import Html, anchor, tag
from .provenance import code, facts, folded

# The columns that benchmarks.sheet adds to what was measured.
MACHINE = (
    *("cpu", "gpu", "driver", "cuda", "cores", "memory_gib", "os", "python", "torch", "numpy"),
    *("command", "title", "pictures"),
)
CODE = ("command", "commit", "ids sha256")


@dataclass(frozen=True)
class Sheet:
    """stem: the file's name; rows: all columns; about: those that tell how it was made."""

    stem: str
    rows: tuple[dict[str, str], ...]
    about: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the file says that it is, or its name."""
        return self.rows[0].get("title") or self.stem

    @property
    def measured(self) -> list[dict[str, str]]:
        """The rows less what tells how they were made."""
        return [
            {key: text for key, text in row.items() if key not in self.about} for row in self.rows
        ]

    @cached_property
    def ways(self) -> list[tuple[str, ...]]:
        """The ways in which rows were made, each once, in order."""
        return list(dict.fromkeys(map(self._way, self.rows)))

    def made_id(self, row: dict[str, str]) -> str:
        """The id of what is said of how `row` was made."""
        return self._id(self.ways.index(self._way(row)))

    def _way(self, row: dict[str, str]) -> tuple[str, ...]:
        return tuple(row[key] for key in self.about)

    def _id(self, way: int) -> str:
        return anchor("made", self.stem, str(way + 1))

    def table(self) -> Html:
        """Everything that was measured."""
        rows = self.measured
        shown = [
            Row(tuple(row.values()), self.made_id(each))
            for row, each in zip(rows, self.rows, strict=True)
        ]
        return grid(self.title, columns_of(rows), shown, file=f"{self.stem}.csv")

    def made(self, title: str = "How this was measured") -> Html:
        """How it was made, to be folded out."""
        several = len(self.ways) > 1
        cards = (
            facts(self._id(index), f"way {index + 1}" if several else self.stem, self._told(way))
            for index, way in enumerate(self.ways)
        )
        return folded(title, *cards)

    def _told(self, way: tuple[str, ...]) -> dict[str, object]:
        found = zip(self.about, way, strict=True)
        told = ((key, text) for key, text in found if key not in ("title", "pictures"))
        return {key: code(text) if key in CODE else text for key, text in told}


def read(path: Path, about: Sequence[str] = MACHINE, needed: Sequence[str] = ()) -> Sheet:
    """The sheet in `path`.

    about: the columns of how it was made, of which there must be some; needed: columns that there
    must be all of.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = tuple(csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read ({error}), expected a CSV") from error
    if not rows or any(None in row or None in row.values() for row in rows):
        raise DataError(
            f"{path}: has no row, or one of another length than the first: make it anew"
        )
    found = Sheet(path.stem, rows, tuple(key for key in rows[0] if key in about))
    lacking = [key for key in needed if key not in rows[0]]
    if lacking or not found.about or len(found.about) == len(rows[0]):
        raise DataError(
            f"{path}: columns {', '.join(rows[0])}, expected {', '.join(lacking or about)} too: "
            "make it anew"
        )
    return found


def number(text: str) -> float | None:
    """The finite number that a cell holds, None for one that holds none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def article(sheet: Sheet, *above: object) -> Html:
    """A sheet's table, with what is shown above it."""
    return tag("article", tag("h3", sheet.title), *above, sheet.table(), sheet.made())
