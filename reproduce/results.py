"""The evidence behind a table: one JSON file with the counts of each net and where they come from.

results/<stem>.json is written by `python -m reproduce.table`; the .csv, .md and .tex beside it are
rendered from it.  A row is
    {"net", "status": "done" | "missing" | "failed", "reasons": [], "split",
     "classes": {head: [name]}, "lists": {list of classes: [name]}, "images", "ids_sha256",
     "weights": {"file", "sha256"} | None, "counts": {head: (C, C) int64, rows truth},
     "scores": {scoring: {metric: fraction}}, "caffe_labels": {"equal", "pixels"} | None,
     "seconds", "net_seconds", "command", "provenance"}
"net" is the row's name, which is a net's unless the table says otherwise.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import atomic, tables
from .errors import DataError
from .lock import locked
from .tables import Table

FORMAT = 2
UNFINISHED = {"net", "status", "reasons"}
DONE = UNFINISHED | {
    "split",
    "classes",
    "lists",
    "images",
    "ids_sha256",
    "weights",
    "counts",
    "scores",
    "caffe_labels",
    "seconds",
    "net_seconds",
    "command",
    "provenance",
}


@dataclass
class Results:
    """What one results file holds.

    limit: only the first `limit` images were evaluated; None: all.
    own_weights: the caffemodels are the user's, not the released ones.
    """

    table: str
    split: str
    sample: bool = False
    limit: int | None = None
    own_weights: bool = False
    rows: dict[str, dict] = field(default_factory=dict)  # by net, in the table's order

    @property
    def stem(self) -> str:
        """The files' name without suffix, such as "voc2011-sample"."""
        parts = [self.table]
        parts += [self.split] * (self.split != tables.load(self.table).split)
        parts += ["sample"] * self.sample
        parts += ["own-weights"] * self.own_weights
        parts += [f"first{self.limit}"] * (self.limit is not None)
        return "-".join(parts)

    def definition(self) -> Table:
        """The table of these rows; published figures are no reference for other images or nets."""
        table = tables.load(self.table)
        other = self.limit is not None or self.split != table.split or self.own_weights
        table = tables.for_sample(table) if self.sample else table
        return tables.without_figures(table, self.split) if other else table

    def add(self, row: dict) -> None:
        """Puts `row` in its place; one that was not evaluated never replaces one that was."""
        before = self.rows.get(row["net"])
        if row["status"] != "done" and before and before["status"] == "done":
            return
        rows = {**self.rows, row["net"]: row}
        order = [*tables.load(self.table).nets, *rows]
        self.rows = {net: rows[net] for net in dict.fromkeys(order) if net in rows}


def files(folder: Path) -> list[Path]:
    """The results files of `folder`.  Raises DataError if there is none."""
    found = sorted(path for path in folder.glob("*.json"))
    if not found:
        raise DataError(f"{folder}: holds no results, write some with python -m reproduce.table")
    return found


def read(path: Path) -> Results:
    """The Results in `path`.  Raises DataError for a file that is none."""
    try:
        values = json.loads(path.read_text("utf-8"))
        if values.pop("format") != FORMAT:
            raise DataError(
                f"{path}: written by another version, expected format {FORMAT}: remove it and run "
                "reproduce.table again"
            )
        rows = [_whole(path, row) for row in values.pop("rows")]
        return Results(**values, rows={row["net"]: row for row in rows})
    except DataError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not a results file ({error})") from error


def _whole(path: Path, row: dict) -> dict:
    """`row`, if it has every key of its status."""
    expected = DONE if row.get("status") == "done" else UNFINISHED
    if lacking := sorted(expected - row.keys()):
        raise DataError(f"{path}: a row lacks {', '.join(lacking)}")
    return row


def write(results: Results, folder: Path, render) -> dict[str, str]:
    """Merges the rows of `results` into the files of `folder`; {suffix: text} of what was written.

    render: Results -> {suffix: text}, the views.  All files are replaced in one step each.
    """
    path = folder / f"{results.stem}.json"
    with locked(folder / f".{results.stem}.lock"):
        merged = read(path) if path.exists() else Results(**{**asdict(results), "rows": {}})
        for row in results.rows.values():
            merged.add(row)
        texts = {"json": _dump(merged), **render(merged)}
        for suffix, text in texts.items():
            atomic.write(path.with_suffix(f".{suffix}"), text)
    return texts


def _dump(results: Results) -> str:
    """JSON with each row of a matrix on one line."""
    values = {"format": FORMAT, **asdict(results), "rows": list(results.rows.values())}
    text = json.dumps(values, indent=1)
    return re.sub(r"\[[\d\s,]+\]", lambda row: " ".join(row[0].split()), text) + "\n"
