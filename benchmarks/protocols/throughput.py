"""Images a second: forward passes over batches, of which the best is named."""

from collections.abc import Callable

from ..bench import Bench
from .forward import passes

BATCHES = {"cpu": (1, 2, 4), "cuda": (1, 2, 4, 8, 16, 32)}


def measure(bench: Bench, bar: Callable[[], object]) -> list[dict[str, str]]:
    """A row for each runner and batch; the ratio is that of the times."""
    rows = []
    for batch in bench.batches or BATCHES[bench.settings[0].device.partition(":")[0]]:
        found = passes(bench, batch, bar)
        rows += bench.rows("throughput", found, "images/s", batch, lambda s, n=batch: n / s)
    _name_best(rows)
    return rows


def _name_best(rows: list[dict[str, str]]) -> None:
    """Says in the notes of a runner's rows which batch is its best."""
    for runner in {(row["runner"], row["mode"]) for row in rows}:
        own = [row for row in rows if (row["runner"], row["mode"]) == runner and row["median"]]
        best = max(own, key=lambda row: float(row["median"]), default=None)
        for row in own:
            told = f"best batch {best['batch']}"
            row["note"] = f"{row['note']}; {told}" if row["note"] else told
