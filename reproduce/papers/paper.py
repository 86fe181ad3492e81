"""What a table of a paper is: columns, rows, and where ours comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

NONE = "-"  # as the files have it: no figure


@dataclass(frozen=True)
class Column:
    """A column; `metric`, `fact`, `time` and `missing` exclude each other.

    With none of them there is only the published.  time: a protocol of benchmarks.speed.
    """

    title: str
    metric: str | None = None
    scoring: str | None = None
    fact: str | None = None
    time: str | None = None
    missing: str | None = None

    @property
    def only_published(self) -> bool:
        """Whether nothing of ours belongs here, not even a reason."""
        return not (self.metric or self.fact or self.time or self.missing)


class Cell(NamedTuple):
    """Where a score of ours is: evaluation table, its row, scoring and metric."""

    table: str
    row: str
    scoring: str
    metric: str


@dataclass(frozen=True)
class Row:
    """A row; `published` and `verified` have an entry for each column.

    ours: (evaluation table, its row, scoring); scoring "" is the table's only one.
    """

    title: str
    published: tuple[str | None, ...]
    verified: tuple[bool, ...]
    compared: bool = True
    ours: tuple[str, str, str] | None = None
    net: str | None = None
    missing: str | None = None

    @property
    def of_a_competitor(self) -> bool:
        """Whether there is nothing of ours to look for."""
        return not (self.ours or self.net or self.missing)

    def cell(self, column: Column) -> Cell | None:
        """Where our score of `column` is, if the row has one."""
        if not (self.ours and column.metric):
            return None
        table, row, scoring = self.ours
        return Cell(table, row, column.scoring or scoring, column.metric)


@dataclass(frozen=True)
class Paper:
    """One table of a paper.  sample: the figures are real Caffe's on the bundled sample."""

    name: str
    title: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    sample: bool = False

    @property
    def stem(self) -> str:
        """The name of its views' files, without suffix."""
        return f"{self.name}-sample" if self.sample else self.name

    @property
    def reference(self) -> str:
        """Whose figures stand beside ours."""
        return "Caffe" if self.sample else "published"

    def cells(self) -> Iterator[Cell]:
        """Where our scores are, row by row."""
        found = (row.cell(column) for row in self.rows for column in self.columns)
        return (cell for cell in found if cell)
