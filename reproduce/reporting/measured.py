"""Every measurement that has no charts of its own: its table, and where it was measured."""

from collections.abc import Collection
from pathlib import Path

from .markup import Html, joined
from .sheet import article, read


def section(folder: Path, drawn: Collection[str] = ()) -> Html:
    """The sheets of `folder`, less those whose stems are `drawn` elsewhere."""
    sheets = (path for path in sheets_of(folder) if path.stem not in drawn)
    return joined(article(read(path)) for path in sheets)


def sheets_of(folder: Path) -> list[Path]:
    """The CSVs that benchmarks.sheet wrote, which say so by a column `title`."""
    return [path for path in sorted(folder.glob("*.csv")) if "title" in _columns(path)]


def _columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().rstrip("\n").split(",")
