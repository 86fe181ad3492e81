"""`python -m reproduce.check [DIR]`: every score in results again, against what is expected.

Per row of each results file: the counts are whole, the stored scores are the counts' own, they
agree with the published figures (or, for the sample, with real Caffe) within the table's tolerance,
Caffe's labels are met, and the CSV, Markdown and LaTeX are what the evidence renders to.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from . import render, results, sample
from .cells import difference, verdict
from .command import DONE, OUT_OF_TOLERANCE, add_results, command
from .papers import pages
from .results import Results
from .scorings import TITLES, counts_of
from .tables import Table

AGREEMENT = 0.99999  # share of pixels that must have the label that real Caffe gave them


def faults(found: Results, row: dict) -> Iterator[str]:
    """What is wrong with one row, in words; nothing if all is well."""
    table = found.definition()
    for key, scoring in table.scorings.items():
        again, stored = scoring.of(row), row["scores"].get(key)
        for metric in scoring.metrics if again else ():
            if stored is None or stored.get(metric) != getattr(again, metric):
                yield (
                    f"{_named(table, key, metric)} is stored as {(stored or {}).get(metric)}, "
                    f"its counts give {getattr(again, metric)}"
                )
            yield from _figure(table, row, key, metric)
    if found.sample and found.limit is None and row["caffe_labels"]:
        yield from _against_caffe(table, row)


def _figure(table: Table, row: dict, scoring: str, metric: str) -> Iterator[str]:
    if verdict(table, row, scoring, metric) == "differs":
        points = difference(table, row, scoring, metric)
        figure, _ = table.expected(row["net"], scoring, metric)
        yield (
            f"{_named(table, scoring, metric)} is off by {points:+.4f} points from {figure}, "
            f"expected at most {table.within:g}"
        )


def _named(table: Table, scoring: str, metric: str) -> str:
    return " ".join(filter(None, [table.scorings[scoring].title, TITLES[metric]]))


def _against_caffe(table: Table, row: dict) -> Iterator[str]:
    net, labels = table.row(row["net"]).net, row["caffe_labels"]
    for head in row["counts"]:
        expected = sample.caffe_counts(net, head)
        if (counts_of(row, head).sum(1) != expected.sum(1)).any():
            yield f"{head}: the true pixels of a class are not as many as Caffe counted"
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
        epilog="example:\n  python -m reproduce.check results\nexit status: 0 all is as expected; "
        "1 a number is not, its row is named; 2 wrong call or bad file",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_results(form)
    status = DONE
    for where, wrong in _all(form.parse_args(arguments).results):
        print(f"{where}: {'; '.join(wrong) if wrong else 'ok'}")
        status = max(status, OUT_OF_TOLERANCE if wrong else DONE)
    return status


def _all(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """(what, faults) of everything in a results folder."""
    for path in results.files(folder):
        yield from _checked(path)
    for paper in pages.kept(folder):
        yield f"{paper.stem} views", list(pages.stale(paper, folder))


if __name__ == "__main__":
    raise SystemExit(main())
