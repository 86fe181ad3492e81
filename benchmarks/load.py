"""How long a caffemodel takes to load, and how much memory: `python -m benchmarks.load`.

Each run is a process of its own, and the first of each call, which brings the file into the page
cache, is not counted.

    read_caffemodel   the arrays, with numpy alone
    load_net          the nn.Module with its parameters filled, with torch

Units   s, MB = 1e6 bytes: medians over the runs, and the fastest and slowest.  `peak` is the
        largest resident memory of the whole process, Python and libraries included, `growth` its
        part since just before the call.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from reproduce import provenance
from reproduce.atomic import check_writable
from reproduce.command import command
from reproduce.errors import DataError

from .sheet import write_sheet

FULL = Path(__file__).parents[1] / "tests" / "golden" / "full"
NET, SEED = "voc-fcn8s", "11"
TITLE = "Loading a caffemodel"
MEGA = 1e6
EXAMPLE = """example:
  python -m benchmarks.load --runs 5
  python -m benchmarks.load --prototxt deploy.prototxt --weights fcn8s-heavy-pascal.caffemodel
"""


@command
def main(arguments: list[str] | None = None) -> int:
    """Measures and writes the sheet; returns the exit status."""
    options = _options(arguments)
    _check(options)
    check_writable(options.out.parent)
    with _files(options) as (prototxt, weights, label):
        rows = measure(prototxt, weights, label, options.runs)
    call = provenance.call("benchmarks.load", arguments, {"--prototxt", "--weights", "--out"})
    print(write_sheet(options.out, TITLE, call, rows), end="")
    return 0


def measure(prototxt: Path, weights: Path, label: str, runs: int) -> list[dict[str, str]]:
    """A row for each of the two calls.  Raises DataError if one fails."""
    calls = {"read_caffemodel": [weights], "load_net": [prototxt, weights]}
    with tqdm(total=len(calls) * (runs + 1), unit="run", disable=None, leave=False) as bar:
        measured = {name: _runs(name, paths, runs, bar) for name, paths in calls.items()}
    size = weights.stat().st_size
    return [_row(name, label, size, found) for name, found in measured.items()]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load",
        description="Time and memory of loading a caffemodel, as a CSV and a Markdown table.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    full = f"default: {NET} at full size, written for the purpose (540 MB, temporary)"
    parser.add_argument("--prototxt", type=Path, metavar="P", help="net of the weights")
    parser.add_argument("--weights", type=Path, metavar="W", help=f"caffemodel; {full}")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="per call (default: 5)")
    parser.add_argument("--out", type=Path, default=Path("results/load.csv"), metavar="CSV")
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> None:
    if (options.prototxt is None) != (options.weights is None):
        raise DataError("--prototxt, --weights: only one is given, expected both or neither")
    if options.runs < 1:
        raise DataError(f"--runs {options.runs}: too few, expected at least 1")
    if options.out.suffix != ".csv":
        raise DataError(f"--out {options.out}: expected a name that ends in .csv")
    for path in filter(None, (options.prototxt, options.weights)):
        if not path.is_file():
            raise DataError(f"{path}: no such file, expected a prototxt and its caffemodel")


@contextmanager
def _files(options: argparse.Namespace) -> Iterator[tuple[Path, Path, str]]:
    """Prototxt, weights and what to call them in the results."""
    if options.weights:
        yield options.prototxt, options.weights, options.weights.name
        return
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / f"{NET}.caffemodel"
        run_python([str(FULL / "make_full.py"), "weights", NET, SEED, str(weights)])
        yield FULL / NET / "net.prototxt", weights, f"{NET} (random weights, seed {SEED})"


def _runs(name: str, paths: list[Path], runs: int, bar: tqdm) -> list[dict]:
    found = []
    for _ in range(runs + 1):
        found.append(json.loads(run_python(["-m", "benchmarks.load_once", name, *map(str, paths)])))
        bar.update()
    return found[1:]


def run_python(words: list[str]) -> str:
    """What a Python process says.  Raises DataError with the last line of its complaint."""
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise DataError(complaint[-1].removeprefix("error: "))
    return done.stdout


def _row(name: str, label: str, size: int, measured: list[dict]) -> dict[str, str]:
    seconds = [run["seconds"] for run in measured]
    row = {"call": name, "weights": label, "file MB": f"{size / MEGA:.1f}"}
    row |= {"runs": str(len(measured)), "seconds": f"{statistics.median(seconds):.3f}"}
    row |= {"fastest": f"{min(seconds):.3f}", "slowest": f"{max(seconds):.3f}"}
    for key in ("peak", "growth"):
        known = [run[key] for run in measured if run[key] is not None]
        value = statistics.median(known) if known else None
        row[f"{key} MB"] = "not known" if value is None else f"{value / MEGA:.0f}"
        row[f"{key} / file"] = "not known" if value is None else f"{value / size:.3f}"
    return row


if __name__ == "__main__":
    sys.exit(main())
