"""`python -m reproduce.doctor voc2011`: what a split holds beside what is known of it."""

import argparse
from pathlib import Path

from .. import sample
from ..command import BROKEN, DONE, OUT_OF_TOLERANCE, command, complain
from ..datasets import Dataset, open_dataset
from ..downloads import cache_folder, told_default
from ..errors import DataError
from .findings import Findings, examine
from .known import known_figures
from .verdicts import Verdict, shown, verdicts, wanted

EPILOG = """examples:
  python -m reproduce.doctor voc2011 --sample
  python -m reproduce.doctor voc2011 nyudv2 --data ~/data --offline
exit status: 0 as known; 1 something deviates; 2 wrong call, or something is missing or broken"""


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.doctor."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.doctor",
        description="Count a data set's images, classes and sizes, and compare with known figures.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add("datasets", nargs="+", metavar="DATASET", help="voc2011, nyudv2, siftflow, ...")
    laid_out = f"data sets as their authors lay them out; {told_default('data')}"
    add("--data", type=Path, metavar="DIR", help=laid_out)
    add("--split", help="another split than the one that is scored")
    add("--sample", action="store_true", help="the bundled drawings: offline, a second")
    add("--offline", action="store_true", help="never touch the network")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    if options.sample and options.data:
        raise DataError("--sample: brings its own data, leave --data away")
    return max(_examined(options, name) for name in dict.fromkeys(options.datasets))


def _examined(options: argparse.Namespace, name: str) -> int:
    """Prints the table of one data set; returns the exit status."""
    try:
        dataset = _open(options, name)
        found = examine(dataset)
    except DataError as error:
        complain(error)
        return BROKEN
    compared = verdicts(found, known_figures(dataset.name, dataset.split, bundled=options.sample))
    print(markdown(found, compared, options.sample))
    for one in compared:
        if one.cause:
            complain(DataError(f"{dataset.name} {dataset.split}: {one.figure}: {one.cause}"))
    return OUT_OF_TOLERANCE if any(one.cause for one in compared) else DONE


def _open(options: argparse.Namespace, name: str) -> Dataset:
    """Unchecked, so that all that deviates is told, and not the first of it alone."""
    if not options.sample:
        folder = options.data or cache_folder() / "data"
        return open_dataset(name, folder, options.split, offline=options.offline, checked=False)
    name, split = sample.dataset(name, options.split)
    return open_dataset(name, sample.FOLDER, split, offline=True, checked=False)


def markdown(found: Findings, compared: list[Verdict], bundled: bool = False) -> str:
    """The table: figure, found, expected, verdict, and where what is expected is from."""
    drawings = ", the bundled drawings" if bundled else ""
    rows = [
        ("figure", "found", "expected", "verdict", "source"),
        ("---",) * 5,
        *(
            (one.figure, shown(one.found), wanted(one.expected), one.word, _source(one))
            for one in compared
        ),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    pixels = f"Means and depth: of {found.decoded} of the images."
    return f"## {found.dataset} {found.split}{drawings}\n\n{table}\n\n{pixels}\n"


def _source(one: Verdict) -> str:
    return one.expected.source if one.expected else "-"


if __name__ == "__main__":
    raise SystemExit(main())
