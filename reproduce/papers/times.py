"""How long the nets of a paper take here, out of the speed.csv that benchmarks.speed writes.

Ours is from other hardware than the paper's: it stands beside the published time, with the machine
named, and is never compared.  Units: seconds in the file, milliseconds in the page.
"""

import csv
from pathlib import Path

from ..errors import DataError

FILE = "speed.csv"
PROTOCOLS = ("forward",)
# The papers' protocol, and the engine that gives the labels of layer by layer.
WANTED = {"size": "500x500", "batch": "1", "runner": "ours", "mode": "exact", "unit": "s"}
NEEDED = {*WANTED, "net", "protocol", "median", "runs", "device", "threads", "cpu", "cores"}


def read(folder: Path) -> list[dict[str, str]]:
    """The rows of FILE in `folder`, none if it is not there.

    Raises DataError for a file that lacks a column or has a median that is no time.
    """
    path = folder / FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and (lacking := sorted(NEEDED - rows[0].keys())):
        raise DataError(
            f"{path}: lacks the columns {', '.join(lacking)}, expected what "
            f"python -m benchmarks.speed writes; run it again"
        )
    return rows


def of(rows: list[dict[str, str]], net: str, protocol: str) -> list[dict[str, str]]:
    """Those `rows` that time our exact engine on `net` by `protocol`, the fastest first."""
    wanted = WANTED | {"net": net, "protocol": protocol}
    # A runner that cannot run has no median, and says why.
    found = [row for row in rows if wanted.items() <= row.items() and row["median"]]
    return sorted(found, key=_seconds)


def text(row: dict[str, str]) -> str:
    """The time of `row`, in the papers' unit: "1,430 ms"."""
    milliseconds = 1000 * _seconds(row)
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def machine(row: dict[str, str]) -> str:
    """What `row` was measured on, in words."""
    if row["device"].startswith("cuda"):
        return row.get("gpu") or row["device"]
    return f"{row['cpu']}, {row['threads']} threads"


def _seconds(row: dict[str, str]) -> float:
    try:
        return float(row["median"])
    except ValueError:
        raise DataError(
            f"{FILE}: {row['net']}: median {row['median']!r} is no time, expected seconds"
        ) from None
