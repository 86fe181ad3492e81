"""Rows of an earlier run that stay when a part is measured again, here or on another machine."""

import csv
import io
from collections.abc import Collection, Mapping
from pathlib import Path

from reproduce.errors import DataError

# What one measurement is; its rows, one for each runner, are of one run and stay together.
KEY = ("net", "size", "batch", "device", "threads", "protocol", "weights", "cpu", "gpu")
Rows = list[dict[str, str]]
Kind = tuple[str, str]  # runner and mode
WHAT = "an earlier run of benchmarks.speed: move it away, or choose another --out"


def earlier(path: Path) -> Rows:
    """The rows of the CSV at `path`, none if it is not there.

    Raises DataError for a file that benchmarks.speed has not written.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8")))) if path.exists() else []
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}), expected {WHAT}") from error
    if rows and (lacking := [column for column in KEY if column not in rows[0]]):
        raise DataError(f"{path}: has no column {lacking[0]!r}, expected {WHAT}")
    return rows


def merged(old: Rows, new: Rows) -> Rows:
    """The rows of `old` with `new` in place of what they repeat, all with the columns of both.

    A measurement keeps its place; a new one goes to the end.
    """
    columns = dict.fromkeys([*new[0], *(old[0] if old else ())])
    groups = _grouped(old) | _grouped(new)
    rows = (row for group in groups.values() for row in group)
    return [{column: row.get(column, "") for column in columns} for row in rows]


def lost(old: Rows, about: Mapping[str, Collection[str]], kinds: Collection[Kind]) -> list[str]:
    """The numbers of `old` that a measurement by `kinds` would replace and not make again.

    about: {column: values} of that measurement.
    """
    return [
        f"{row['net']} {row['size']} {row['protocol']} by {row['runner']} {row['mode']}"
        for row in old
        if row["median"]
        and (row["runner"], row["mode"]) not in kinds
        and all(row[column] in values for column, values in about.items())
    ]


def _grouped(rows: Rows) -> dict[tuple[str, ...], Rows]:
    groups: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in KEY), []).append(row)
    return groups
