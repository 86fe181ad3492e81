"""`python -m reproduce.training.curve runs/voc-fcn32s`: what a training run logged, as a CSV.

OUT/curve-NET.csv    a line for each iteration that the log tells of, with what it was made by;
                     curve-NET-sample.csv of a run on the drawings, curve-NET-folder.csv of one on
                     images of the user's own
Units                scores in percent, four decimals; losses and rates with six digits
Errors               DataError for a folder without a log, and for two runs that would give one file
"""

import argparse
import shlex
from pathlib import Path

from .. import atomic
from ..cells import NONE
from ..command import DONE, command
from ..csv_text import csv_text
from ..errors import DataError, MissingError
from ..scorings import TITLES
from .log import Log

BEGINNINGS = ("start", "resume")
LOSS = {"loss": "loss", "smoothed loss": "smoothed_loss", "rate": "lr"}  # column -> key of the log


def curve(folder: Path) -> tuple[str, str]:
    """(file name, CSV) of the run in `folder`.  Raises DataError."""
    lines = _log(folder)
    first = next((line for line in lines if line["event"] in BEGINNINGS), None)
    where = folder / "log.jsonl"
    if first is None:
        raise DataError(f"{where}: does not say how the run began, expected a start")
    try:
        name, rows = _name(first), _rows(lines)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{where}: a line is not what reproduce.train writes ({error!r}), train again"
        ) from None
    if not rows:
        raise DataError(f"{where}: has no loss and no scores yet: expected a run of iterations")
    return name, csv_text(rows)


def _log(folder: Path) -> list[dict]:
    path = folder / "log.jsonl"
    if not path.is_file():
        raise MissingError(f"{path}: no such file, expected a folder that reproduce.train filled")
    return Log(path).lines()


def _name(first: dict) -> str:
    data = first["key"]["data"][0]
    kind = "-sample" if "--sample" in shlex.split(first["command"]) else ""
    return f"curve-{first['key']['net']}{kind or '-folder' * (data == 'folder')}.csv"


def _rows(lines: list[dict]) -> list[dict]:
    """A row for each iteration with a loss or scores, in order; every row has every column."""
    columns = ["iteration", *LOSS, *_scores(lines)]
    rows: dict[int, dict] = {}
    made: dict = {}
    for line in lines:
        if line["event"] in BEGINNINGS:
            made = _made(line)
        elif line["event"] in ("loss", "scores"):
            row = rows.setdefault(line["iteration"], dict.fromkeys(columns, NONE))
            row.update(_cells(line), **made)
    return [rows[iteration] for iteration in sorted(rows)]


def _scores(lines: list[dict]) -> list[str]:
    """The columns of all scores in the log."""
    found = (_percent(line) for line in lines if line["event"] == "scores")
    return list(dict.fromkeys(title for each in found for title in each))


def _cells(line: dict) -> dict[str, str]:
    if line["event"] == "scores":
        return {"iteration": str(line["iteration"]), **_percent(line)}
    values = {title: f"{line[key]:.6g}" for title, key in LOSS.items()}
    return {"iteration": str(line["iteration"]), **values}


def _percent(line: dict) -> dict[str, str]:
    """Column -> score; the scoring goes before the metric where there are several."""
    several = len(line["scores"]) > 1
    return {
        f"{key} {TITLES[metric]}" if several else TITLES[metric]: f"{100 * value:.4f}"
        for key, found in line["scores"].items()
        for metric, value in found.items()
    }


def _made(line: dict) -> dict[str, str]:
    """What a stretch of the run was made by."""
    made, (dataset, split, ids) = line["provenance"], line["key"]["data"]
    return {
        "net": line["key"]["net"],
        "trained on": f"{dataset} {split}",
        "ids sha256": ids,
        "seed": line["key"]["seed"],
        "device": made["device"],
        "threads": made["threads"],
        "python": made["python"],
        "torch": made["libraries"]["torch"],
        "commit": made["commit"] or f"version {made['version']}",
        "date": made["date"],
        "command": line["command"],
    }


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.training.curve",
        description="Write loss and scores of training runs into a results folder, as CSV.",
        epilog="example: python -m reproduce.training.curve runs/voc-fcn32s runs/voc-fcn16s",
    )
    form.add_argument("runs", nargs="+", type=Path, metavar="RUNFOLDER", help="has log.jsonl")
    form.add_argument("--out", type=Path, default=Path("results"), metavar="DIR")
    options = form.parse_args(arguments)
    found: dict[str, str] = {}
    for folder in options.runs:
        name, text = curve(folder)
        if name in found:
            raise DataError(f"{folder}: gives {name} as a run before it does, name one of them")
        found[name] = text
    atomic.check_writable(options.out)
    for name, text in found.items():
        atomic.write(options.out / name, text)
        print(options.out / name)
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
