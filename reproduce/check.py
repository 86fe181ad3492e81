"""`python -m reproduce.check [DIR]`: every score in results again, against what is expected.

Per row of each results file: the counts are whole, the stored scores are the counts' own, they
agree with the published figures (or, for the sample, with real Caffe) within the table's tolerance,
Caffe's labels are met, and the CSV, Markdown and LaTeX are what the evidence renders to.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from . import render, results, sample
from .cells import difference, verdict
from .command import DONE, OUT_OF_TOLERANCE, command
from .metrics import scores
from .results import Results, counts_of
from .tables import METRICS, TITLES

AGREEMENT = 0.99999  # share of pixels that must have the label that real Caffe gave them


def faults(found: Results, row: dict) -> Iterator[str]:
    """What is wrong with one row, in words; nothing if all is well."""
    counts = counts_of(row)
    again = scores(counts)._asdict()
    for metric, stored in row["scores"]["score"].items():
        if stored != again[metric]:
            yield f"{TITLES[metric]} is stored as {stored}, its counts give {again[metric]}"
    yield from _figures(found, row)
    if found.sample and found.limit is None:
        yield from _against_caffe(row, counts)


def _figures(found: Results, row: dict) -> Iterator[str]:
    table = found.definition()
    for metric in METRICS:
        if verdict(table, row, metric) == "differs":
            yield (
                f"{TITLES[metric]} is off by {difference(table, row, metric):+.4f} points from "
                f"{table.expected(row['net'], metric)}, expected at most {table.within:g}"
            )


def _against_caffe(row: dict, counts: np.ndarray) -> Iterator[str]:
    expected, labels = sample.caffe_counts(row["net"]), row["caffe_labels"]
    if (counts.sum(1) != expected.sum(1)).any():
        yield "the true pixels of a class are not as many as Caffe counted"
    if labels["equal"] < AGREEMENT * labels["pixels"]:
        yield (
            f"{labels['equal']} of {labels['pixels']} labels are Caffe's, "
            f"expected at least {100 * AGREEMENT:g} %"
        )


def _stale(path: Path, found: Results) -> Iterator[str]:
    """The views beside `path` that are not what it renders to."""
    for suffix, text in render.views(found).items():
        view = path.with_suffix(f".{suffix}")
        if not view.exists() or view.read_text("utf-8") != text:
            yield f"{view.name} is not what {path.name} renders to, run python -m reproduce.render"


def _checked(path: Path) -> Iterator[tuple[str, list[str]]]:
    """(what, faults) of each row of a results file and of its views."""
    found = results.read(path)
    for row in found.rows.values():
        where = f"{path.stem} {row['net']}"
        if row["status"] == "done":
            yield where, list(faults(found, row))
        else:
            print(f"{where}: not run: {'; '.join(row['reasons'])}")
    yield f"{path.stem} views", list(_stale(path, found))


@command
def main(arguments: list[str] | None = None) -> int:
    """Checks DIR; returns the exit status: 1 if a number is not what is expected."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.check",
        description="Re-derive every score from its counts and compare it with what is expected.",
        epilog="example: python -m reproduce.check results; exit status 1 names the row",
    )
    form.add_argument("dir", nargs="?", type=Path, default=Path("results"))
    status = DONE
    for path in results.files(form.parse_args(arguments).dir):
        for where, wrong in _checked(path):
            print(f"{where}: {'; '.join(wrong) if wrong else 'ok'}")
            status = max(status, OUT_OF_TOLERANCE if wrong else DONE)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
