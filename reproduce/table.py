"""`python -m reproduce.table voc2011`: evaluate a table's nets, print published beside ours."""

import argparse
from functools import partial
from pathlib import Path

from . import atomic, devices, papers, provenance, render, results, tables
from .asked import Asked, asked
from .cells import verdict
from .command import BROKEN, DONE, OUT_OF_TOLERANCE, command
from .downloads import told_default
from .errors import DataError
from .papers import Paper, pages
from .per_class import per_class
from .ranks import LostError, Ranks, joined
from .run import Run, discard_progress

EXAMPLES = """examples:
  python -m reproduce.table voc2011 --sample       offline, about a minute, on bundled drawings
  python -m reproduce.table voc2011                fetches data and weights into the cache folder
  python -m reproduce.table voc2011 --data ~/data --weights ~/caffemodels --nets voc-fcn8s
  python -m reproduce.table cvpr2015-table4        the paper's table, with its other methods
  torchrun --nproc-per-node 8 -m reproduce.table voc2011     images shared out, counts summed
exit status: 0 done and as published; 1 a number is out of tolerance; 2 wrong call, or something
needed is missing or broken (the rest of the work is still done and written)"""
TABLES = (
    f"evaluations: {' '.join(tables.names())}; tables of the papers, whose rows are evaluated "
    f"where results do not hold them yet: {' '.join(papers.names())}; or all"
)
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
    add("tables", nargs="+", metavar="TABLE", help=TABLES)
    add("--sample", action="store_true", help="the bundled data and nets: offline, a minute")
    laid_out = f"data sets as their authors lay them out; {told_default('data')}"
    add("--data", type=Path, metavar="DIR", help=laid_out)
    named = f"caffemodels under their released names; {told_default('weights')}"
    add("--weights", type=Path, metavar="DIR", help=named)
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
    options = parser().parse_args(arguments)
    with joined() as ranks:
        run, wanted, shown = ranks.together(partial(_begun, options, arguments, ranks))
        status = max((_table(run, one) for one in wanted), default=DONE)
        for paper in shown:
            ranks.together(partial(_paper, run, paper))
        return status


def _begun(
    options: argparse.Namespace, arguments: list[str] | None, ranks: Ranks
) -> tuple[Run, list[Asked], list[Paper]]:
    """What is to be run and shown.  Raises DataError for a call that cannot be right."""
    wanted, shown = asked(options)
    run = Run(
        options,
        devices.named(ranks.device(options.device)),
        provenance.call("reproduce.table", arguments, PLACES),
        ranks,
    )
    atomic.check_writable(options.out)
    return run, wanted, shown


def _table(run: Run, wanted: Asked) -> int:
    """Evaluates, writes and prints one table; returns the exit status."""
    found, status, texts = run.results(wanted.table), DONE, {}
    for net, row in _rows(run, wanted, found):
        found.rows = {net: row}
        texts = run.ranks.together(partial(_written, run, found))
        if row["status"] == "done":
            discard_progress(run.options.out, found.stem, net, run.ranks)
        status = max(status, _status(found, row))
    if run.ranks.first and wanted.shown:
        _print(run, found, texts)
    return status


def _paper(run: Run, paper: Paper) -> None:
    """Writes and prints the table of a paper, from the results."""
    if run.ranks.first:
        print(pages.write(paper, run.options.out)[run.options.format], end="")


def _written(run: Run, found: results.Results) -> dict[str, str]:
    """The views of the rows so far, which the first rank writes."""
    return results.write(found, run.options.out, render.views) if run.ranks.first else {}


def _print(run: Run, found: results.Results, texts: dict[str, str]) -> None:
    print(texts[run.options.format], end="")
    if run.options.per_class:
        print(per_class(results.read(run.options.out / f"{found.stem}.json")), end="")


def _rows(run: Run, wanted: Asked, found: results.Results):
    """(net, row) of each net that is asked for, one after another."""
    table = wanted.table
    try:
        dataset = run.ranks.in_turn(partial(run.dataset, table))
    except LostError:
        raise
    except DataError as error:
        run.complain(error)
        dataset, lost = None, error
    for net in wanted.rows:
        if dataset:
            row = run.row(table, net, dataset, found.stem)
        else:
            row = run.row_without_data(table, net, lost)
        for reason in row["reasons"][0 if dataset else 1 :]:
            run.complain(DataError(f"{net}: {reason}"))
        yield net, row


def _status(found: results.Results, row: dict) -> int:
    if row["status"] != "done":
        return BROKEN
    table = found.definition()
    verdicts = {
        verdict(table, row, key, metric)
        for key, scoring in table.scorings.items()
        for metric in scoring.metrics
    }
    return OUT_OF_TOLERANCE if "differs" in verdicts else DONE


if __name__ == "__main__":
    raise SystemExit(main())
