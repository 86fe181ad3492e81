"""What a call of reproduce.table asks for: tables to be evaluated, pages of the papers to be shown.

A paper's table has no evidence of its own: what its rows need is evaluated in the tables that they
are of, where that was not done before.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import papers, results, sample, tables
from .errors import DataError
from .papers import Paper
from .results import Results
from .tables import Table

PARTIAL = ("nets", "split", "limit", "own_weights")  # options that a paper's table is not had with


@dataclass(frozen=True)
class Asked:
    """Rows of an evaluation table; shown: whether it is printed itself."""

    table: Table
    rows: tuple[str, ...]
    shown: bool = True


def asked(options: argparse.Namespace) -> tuple[list[Asked], list[Paper]]:
    """What is evaluated and which papers are shown.  Raises DataError for what cannot be right."""
    names = list(dict.fromkeys(options.tables))
    if "all" in names:
        whole = not any(getattr(options, option) for option in PARTIAL)
        names = [*tables.names(), *(_papers(options.sample) if whole else ())]
    _check(options, names)
    shown = [load(name, options.sample) for name in names if name in papers.names()]
    wanted = [tables.load(name) for name in names if name not in papers.names()]
    direct = [Asked(table, _rows(options, table)) for table in wanted]
    return [*direct, *_needed(options, shown, wanted)], shown


def load(name: str, small: bool) -> Paper:
    """The paper's table `name`, or that of the bundled sample."""
    paper = papers.load(name)
    return papers.for_sample(paper) if small else paper


def _papers(small: bool) -> Iterator[str]:
    """The papers' tables; of the sample those of which it has a row."""
    for name in papers.names():
        needed = papers.tables_of(papers.load(name))
        if not small or any(_in_sample(table, rows) for table, rows in needed.items()):
            yield name


def _in_sample(name: str, rows: Iterable[str]) -> bool:
    return bool(set(rows) & set(tables.for_sample(tables.load(name)).nets))


def _rows(options: argparse.Namespace, table: Table) -> tuple[str, ...]:
    every = tables.for_sample(table).nets if options.sample else table.nets
    chosen = tuple(options.nets.split(",")) if options.nets else every
    for name in chosen:
        if name not in every:
            raise DataError(f"--nets {name}: not in {table.name}, expected {', '.join(every)}")
    return chosen


def _needed(
    options: argparse.Namespace, shown: list[Paper], direct: list[Table]
) -> Iterator[Asked]:
    """What the papers show and neither is asked for by itself nor lies in the results."""
    rows: dict[str, list[str]] = {}
    for paper in shown:
        for name, needed in papers.tables_of(paper).items():
            rows.setdefault(name, []).extend(needed)
    for name in rows.keys() - {table.name for table in direct}:
        table = tables.load(name)
        lacking = set(rows[name]) - _done(table, options.sample, options.out)
        if lacking:
            yield Asked(table, tuple(row for row in table.nets if row in lacking), shown=False)


def _done(table: Table, small: bool, folder: Path) -> set[str]:
    path = folder / f"{Results(table.name, table.split, small).stem}.json"
    kept = results.read(path).rows if path.exists() else {}
    return {name for name, row in kept.items() if row["status"] == "done"}


def _check(options: argparse.Namespace, names: list[str]) -> None:
    """Raises DataError for names and options that make no sense together."""
    known = [*tables.names(), *papers.names()]
    for name in names:
        if name not in known:
            raise DataError(f"table {name!r}: unknown, expected one of {', '.join(known)}, all")
    if options.sample and (options.data or options.weights or options.own_weights or options.split):
        raise DataError("--sample: brings its own data and weights, leave the other options away")
    if options.own_weights and not options.weights:
        raise DataError("--own-weights: expected --weights DIR as well")
    if options.limit is not None and options.limit < 1:
        raise DataError(f"--limit {options.limit}: expected at least 1 image")
    of_papers = [name for name in names if name in papers.names()]
    for option in PARTIAL if of_papers else ():
        if getattr(options, option):
            raise DataError(
                f"--{option.replace('_', '-')}: not with {of_papers[0]}, the table of a paper, "
                f"which is of whole evaluations; give it with one of {', '.join(tables.names())}"
            )
    for name in names if options.sample else ():
        if name in tables.names():
            table = tables.load(name)
            sample.dataset(table.dataset, table.split)
