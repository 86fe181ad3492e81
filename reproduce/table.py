"""`python -m reproduce.table voc2011`: evaluate a table's nets, print published beside ours."""

import argparse
import os
import shlex
import sys
from pathlib import Path

import torch

from . import atomic, render, results, sample, tables
from .cells import verdict
from .command import BROKEN, DONE, OUT_OF_TOLERANCE, command, complain
from .errors import DataError
from .per_class import per_class
from .run import Run, discard_progress
from .tables import METRICS, Table

EXAMPLES = """examples:
  python -m reproduce.table voc2011 --sample       offline, about a minute, on bundled drawings
  python -m reproduce.table voc2011                fetches data and weights into the cache folder
  python -m reproduce.table voc2011 --data ~/data --weights ~/caffemodels --nets voc-fcn8s
exit status: 0 done and as published; 1 a number is out of tolerance; 2 wrong call, or something
needed is missing or broken (the rest of the work is still done and written)"""
PLACES = {"--data", "--weights", "--out"}  # options whose values stay out of the results


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.table."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.table",
        description="Evaluate the released nets and print the published figures beside ours.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add("tables", nargs="+", metavar="TABLE", help=f"{' '.join(tables.names())} all")
    add("--sample", action="store_true", help="the bundled data and nets: offline, a minute")
    add("--data", type=Path, metavar="DIR", help="data sets as their authors lay them out")
    add("--weights", type=Path, metavar="DIR", help="caffemodels under their released names")
    add("--own-weights", action="store_true", help="the files in --weights are not the released")
    add("--nets", metavar="A,B", help="only these rows")
    add("--split", help="another split of the data set, without published figures")
    add("--limit", type=int, metavar="N", help="first N images (marked as partial)")
    add("--device", default="auto", help="auto, cpu, cuda or cuda:i")
    add("--out", type=Path, default=Path("results"), metavar="DIR", help="default: results/")
    add("--offline", action="store_true", help="never touch the network")
    add("--format", choices=("md", "csv", "json", "tex"), default="md", help="what to print")
    add("--per-class", action="store_true", help="also print the IU of each class")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(words)
    wanted = [tables.load(name) for name in _tables(options)]
    _check(options, wanted)
    run = Run(options, _device(options.device), _command(words))
    atomic.check_writable(options.out)
    return max(_table(run, table) for table in wanted)


def _table(run: Run, table: Table) -> int:
    """Evaluates, writes and prints one table; returns the exit status."""
    found, status, texts = run.results(table), DONE, {}
    for net, row in _rows(run, table, found.stem):
        found.rows = {net: row}
        texts = results.write(found, run.options.out, render.views)
        if row["status"] == "done":
            discard_progress(run.options.out, found.stem, net)
        status = max(status, _status(found, row))
    print(texts[run.options.format], end="")
    if run.options.per_class:
        print(per_class(results.read(run.options.out / f"{found.stem}.json")), end="")
    return status


def _rows(run: Run, table: Table, stem: str):
    """(net, row) of each net that is asked for, one after another."""
    asked = run.options.nets.split(",") if run.options.nets else table.nets
    try:
        dataset = run.dataset(table)
    except DataError as error:
        complain(error)
        dataset, lost = None, error
    for net in asked:
        row = run.row(net, dataset, stem) if dataset else run.row_without_data(net, lost)
        for reason in row["reasons"][0 if dataset else 1 :]:
            complain(DataError(f"{net}: {reason}"))
        yield net, row


def _status(found: results.Results, row: dict) -> int:
    if row["status"] != "done":
        return BROKEN
    table = found.definition()
    differs = any(verdict(table, row, metric) == "differs" for metric in METRICS)
    return OUT_OF_TOLERANCE if differs else DONE


def _tables(options: argparse.Namespace) -> list[str]:
    every = list(sample.TABLES) if options.sample else tables.names()
    return every if "all" in options.tables else list(dict.fromkeys(options.tables))


def _check(options: argparse.Namespace, wanted: list[Table]) -> None:
    """Raises DataError for options that make no sense together."""
    if options.sample and (options.data or options.weights or options.own_weights or options.split):
        raise DataError("--sample: brings its own data and weights, leave the other options away")
    if options.own_weights and not options.weights:
        raise DataError("--own-weights: expected --weights DIR as well")
    if options.limit is not None and options.limit < 1:
        raise DataError(f"--limit {options.limit}: expected at least 1 image")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise DataError("torchrun: images cannot be shared out over ranks yet, run one process")
    for table in wanted:
        if options.sample and table.name not in sample.TABLES:
            raise DataError(f"--sample: has no {table.name}, expected {', '.join(sample.TABLES)}")
        for net in options.nets.split(",") if options.nets else ():
            if net not in table.nets:
                raise DataError(
                    f"--nets {net}: not in {table.name}, expected {', '.join(table.nets)}"
                )


def _device(name: str) -> torch.device:
    """The device of that name.  Raises DataError if there is no such device here."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"--device {name}: {reason}; expected auto, cpu, cuda or cuda:i") from None
    return device


def _command(words: list[str]) -> str:
    """The call as the results record it: without the caller's folders."""
    shown, hide = [], False
    for word in words:
        option = word.partition("=")[0]
        shown.append("DIR" if hide else f"{option}=DIR" if word != option in PLACES else word)
        hide = word in PLACES
    return shlex.join(["python", "-m", "reproduce.table", *shown])


if __name__ == "__main__":
    raise SystemExit(main())
