"""How cost grows with image area, batch and threads: `python -m benchmarks.growth`.

Runners  ours, the fast engine; plain, the same graph layer by layer; onnxruntime, on our export
Passes   forward alone, the images being there; the runners take turns, the first passes are not
         counted, and large images get fewer runs
Columns  those of speed.csv; growth: memory of the first pass of a process beyond the loaded net,
         peak: with everything in the process

Units    s: medians over the runs, and their tenth and ninetieth percentiles.  MB = 1e6 bytes.
"""

import argparse
import sys
import tempfile
from functools import cache, partial
from pathlib import Path

from tqdm import tqdm

from reproduce import devices, nets, provenance, sample
from reproduce.atomic import check_writable
from reproduce.command import BROKEN, DONE, OUT_OF_TOLERANCE, command, complain
from reproduce.errors import DataError

from .bench import OURS
from .charts import lines
from .charts.drawing import draw, drawable
from .growth_point import RUNNERS, Plan, Point, measured, runs_at
from .machine import machine
from .sheet import write_sheet
from .speed import PLACES, height_width

NET = "voc-fcn8s"
BASE = (500, 500)  # the papers', where the area does not vary
AREAS = ((125, 125), (250, 250), (500, 500), (750, 1000), (1500, 2000))
BATCHES = (1, 2, 4, 8)
LEAST = 0.9999  # share of equal labels, with which a time counts
TITLE = "How cost grows with image area, batch and threads"
EXAMPLE = """example:
  python -m benchmarks.growth --runs 5
  python -m benchmarks.growth --sample --size 64x64 96x128 --runs 2    the narrow net, in a minute
"""
Sweeps = dict[str, list[Point]]


@command
def main(arguments: list[str] | None = None) -> int:
    """Measures, writes the sheet and its pictures; returns the exit status."""
    options = _options(arguments)
    _check(options)
    device = str(devices.named(options.device))
    check_writable(options.out.parent)
    planned = sweeps(options, device)
    with tempfile.TemporaryDirectory() as folder:
        found = _measured(options, device, planned, Path(folder))
    pictured = drawable()
    names = [lines.name_of(options.out, sweep) for sweep in planned] if pictured else []
    call = provenance.call("benchmarks.growth", arguments, PLACES)
    print(write_sheet(options.out, TITLE, call, found, names), end="")
    for path in draw(options.out) if pictured else ():
        print(path)
    return max(_status(found), DONE if pictured else BROKEN)


def sweeps(options: argparse.Namespace, device: str) -> Sweeps:
    """Sweep -> its points.  A GPU has no sweep of the processor's threads."""
    cores = machine()["cores"]
    base = Point(options.base, 1, cores)
    every = {
        "area": [base._replace(size=size) for size in options.size],
        "batch": [base._replace(batch=batch) for batch in options.batch],
        "threads": [base._replace(threads=n) for n in options.threads or up_to(cores)],
    }
    if not device.startswith("cpu"):
        del every["threads"]
    return {name: points for name, points in every.items() if name in options.sweep}


def up_to(cores: int) -> list[int]:
    """1, 2, 4 and so on, and `cores`.

    >>> up_to(6)
    [1, 2, 4, 6]
    """
    return [n for n in (1 << k for k in range(cores.bit_length())) if n < cores] + [cores]


def rows(plan: Plan, planned: Sweeps) -> list[dict[str, str]]:
    """A row for each runner at each point of each sweep; a point of two sweeps is run once."""
    known = cache(partial(measured, plan))
    return [
        {"sweep": sweep} | row
        for sweep, points in planned.items()
        for point in points
        for row in known(point)
    ]


def _measured(
    options: argparse.Namespace, device: str, planned: Sweeps, folder: Path
) -> list[dict[str, str]]:
    once = {point for points in planned.values() for point in points}
    each = sum(runs_at(point, options.runs) + (not options.no_memory) for point in once)
    with tqdm(total=each * len(RUNNERS), unit="run", disable=None, leave=False) as bar:
        plan = Plan(
            net=options.net,
            folder=folder,
            narrow=options.sample,
            given=options.weights,
            device=device,
            runs=options.runs,
            memory=not options.no_memory,
            tick=bar.update,
        )
        return rows(plan, planned)


def _status(found: list[dict[str, str]]) -> int:
    """Whether all have run, and ours with the labels that it is to have."""
    status = DONE
    for row in found:
        if not row["median"]:
            status = BROKEN
        elif row["runner"] == OURS[0] and _share(row["labels equal"]) < LEAST:
            where = f"{row['net']} {row['size']} batch {row['batch']}"
            wrong = f"{row['labels equal']} labels are those of the plain graph"
            complain(DataError(f"{where}: {wrong}, expected {LEAST:.2%}: its times are of no use"))
            status = max(status, OUT_OF_TOLERANCE)
    return status


def _share(text: str) -> float:
    equal, _, pixels = text.partition(" of ")
    return int(equal) / int(pixels)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth",
        description="Time and memory over image area, batch and threads: CSV, Markdown, pictures.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--net", default=NET, help=f"default: {NET}")
    add("--sample", action="store_true", help="the narrow net of the bundled sample")
    add("--weights", type=Path, metavar="DIR", help="caffemodels; default: made from a seed")
    add("--device", default="cpu", metavar="D", help="cpu, cuda, cuda:i or auto (default: cpu)")
    add("--sweep", nargs="+", choices=lines.SWEEPS, default=list(lines.SWEEPS))
    add(
        "--size",
        nargs="+",
        type=height_width,
        default=AREAS,
        metavar="HxW",
        help="of the sweep of areas",
    )
    add("--batch", nargs="+", type=int, default=BATCHES, metavar="N", help="of that of batches")
    add("--threads", nargs="+", type=int, metavar="N", help="of that of threads")
    add("--base", type=height_width, default=BASE, metavar="HxW", help="of the other sweeps")
    add("--runs", type=int, default=5, metavar="N", help="of each pass (default: 5)")
    add("--no-memory", action="store_true", help="only the times")
    add("--out", type=Path, default=Path("results/growth.csv"), metavar="CSV")
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> None:
    for name in ("runs", "batch", "threads"):
        values = getattr(options, name)
        for value in values if isinstance(values, (list, tuple)) else [values]:
            if value is not None and value < 1:
                raise DataError(f"--{name} {value}: too few, expected at least 1")
    if options.out.suffix != ".csv":
        raise DataError(f"--out {options.out}: expected a name that ends in .csv")
    nets.load(options.net)
    if options.sample and options.net not in sample.nets():
        known = ", ".join(sample.nets())
        raise DataError(f"--sample: {options.net} is not in it, expected one of {known}")


if __name__ == "__main__":
    sys.exit(main())
