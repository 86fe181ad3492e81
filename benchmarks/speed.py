"""How fast the engine is beside its peers, by the papers' protocol: `python -m benchmarks.speed`.

    forward     the papers': forward only, 20 trials, 500 x 500, batch 1
    end-to-end  from a JPEG file to a PNG file of labels
    throughput  images a second, in batches
    load        from prototxt and caffemodel to a net that is ready, in a process of its own
    cold        from the start of a process to its first labels
    memory      growth over the loaded net of one forward pass, and the peak of its process

Runners take turns, each with the same threads, so that noise hits all alike; each row says how near
its labels and scores are to those of the plain graph.  Rows that another machine, or another call,
has put into the CSV stay.
Units   s, images/s, MB = 1e6 bytes: medians, with the tenth and the ninetieth percentile
"""

import argparse
import re
import tempfile
from pathlib import Path

import torch

from reproduce import devices, nets, provenance, sample
from reproduce.atomic import check_writable
from reproduce.command import BROKEN, DONE, command, complain
from reproduce.errors import DataError
from weights_convert import ConvertError
from weights_convert.fast import modes

from . import cases, protocols, runners
from .bench import OURS, PLAIN, Bench
from .charts import bars
from .charts.drawing import draw, drawable
from .children import bar_of
from .devices import gpu
from .machine import machine
from .merging import earlier, lost, merged
from .runners import Setting
from .sheet import PICTURES, described, save

NETS = ("voc-fcn-alexnet", "voc-fcn32s", "voc-fcn16s", "voc-fcn8s", "voc-fcn-googlenet")
TITLE = "Speed"
ALL = "all"
PLACES = {"--weights", "--out"}  # options whose values stay out of the rows
EXAMPLE = """examples:
  python -m benchmarks.speed --net voc-fcn8s --peers
  python -m benchmarks.speed --device cuda --peers --mode all --protocol forward throughput
  python -m benchmarks.speed --sample --size 64x64 --runs 2 --out speed.csv
exit status: 0 done; 2 wrong call, or what was asked for by name is missing (the rest is done)"""


@command
def main(arguments: list[str] | None = None) -> int:
    """Measures and writes the sheet; returns the exit status."""
    options = _options(arguments)
    _check(options)
    check_writable(options.out.parent)
    earlier(options.out)  # what is no such file is told before anything is measured
    device = devices.named(options.device)
    if device.type not in ("cpu", "cuda"):
        raise DataError(f"--device {options.device}: expected auto, cpu, cuda or cuda:i")
    settings, status, page = _settings(options, str(device)), DONE, ""
    call = provenance.call("benchmarks.speed", arguments, PLACES)
    for net in options.net or _default(options.sample):
        try:
            with tempfile.TemporaryDirectory() as folder:
                for size in options.size:
                    rows = measure(net, size, Path(folder), settings, options)
                    status = max(status, _missing(rows, options))
                    page = _write(options.out, call, rows, str(device))
        except (DataError, ConvertError) as error:
            complain(error)
            status = BROKEN
    print(page, end="")
    return status


def measure(
    net: str,
    size: tuple[int, int],
    folder: Path,
    settings: list[Setting],
    options: argparse.Namespace,
) -> list[dict[str, str]]:
    """The rows of a net at one size (height, width), by all protocols; files go into `folder`.

    Raises DataError or ConvertError.
    """
    case = cases.make(net, size, folder, narrow=options.sample, given=options.weights)
    bench = Bench(case, settings, options.runs, tuple(options.batch))
    _check_kept(bench, options)
    rows = []
    for name in protocols.NAMES:
        if name in options.protocol:
            with bar_of(None, f"{net} {case.size} {name}") as bar:
                rows += protocols.module(name).measure(bench, bar.update)
    return rows


def _check_kept(bench: Bench, options: argparse.Namespace) -> None:
    """Raises DataError for a run that would replace more than it is able to measure."""
    case, device, names = bench.case, bench.settings[0].device, ("", " growth", " peak")
    about = {"net": [case.net], "size": [case.size], "weights": [case.weights], "device": [device]}
    about["protocol"] = [protocol + name for protocol in options.protocol for name in names]
    about |= {"threads": [str(options.threads)], "cpu": [machine()["cpu"]]}
    about["gpu"] = [gpu(device)["gpu"]]
    if options.batch:
        alone = bool(set(options.protocol) - {"forward", "throughput"})
        about["batch"] = [str(count) for count in [*options.batch, *[1] * alone]]
    kinds = {(setting.runner, setting.mode) for setting in bench.ready}
    if gone := lost(earlier(options.out), about, kinds):
        raise DataError(
            f"{options.out}: {gone[0]} would be lost, as ratios are of one run: measure that again "
            "too (--peers, --runner, --mode), or choose another --out"
        )


def _settings(options: argparse.Namespace, device: str) -> list[Setting]:
    """Ours in each mode, the plain graph, and the peers asked for."""
    chosen = options.mode if ALL not in options.mode else _modes(device)
    kinds = [OURS, *(("ours", mode) for mode in chosen), PLAIN]
    peers = runners.names() if options.peers else options.runner
    kinds += [(name, PLAIN[1]) for name in peers if name not in (OURS[0], PLAIN[0])]
    return [Setting(*kind, device, options.threads) for kind in dict.fromkeys(kinds)]


def _modes(device: str) -> list[str]:
    """All that the device has."""
    found = []
    for mode in modes.TYPES:
        try:
            modes.named(mode, torch.device(device))
        except ConvertError:
            continue
        found.append(mode)
    return found


def _default(narrow: bool) -> list[str]:
    return [net for net in NETS if not narrow or net in sample.nets()]


def _missing(rows: list[dict[str, str]], options: argparse.Namespace) -> int:
    """The status for runners that were asked for by name and have no numbers; tells of them."""
    asked = {OURS[0], PLAIN[0], *options.runner}
    reasons = {
        f"{row['net']}: {row['runner']} {row['mode']}: {row['note']}": row["mode"]
        for row in rows
        if row["runner"] in asked and not row["median"]
    }
    for reason in reasons:
        complain(DataError(reason))
    return BROKEN if reasons else DONE


def _write(path: Path, call: str, rows: list[dict[str, str]], device: str) -> str:
    about = gpu(device) | {PICTURES: ""}
    every = merged(earlier(path), described([row | about for row in rows], call, TITLE))
    shown = path.with_suffix(".png").name if drawable() and bars.panels(every) else ""
    page = save(path, [row | {PICTURES: shown} for row in every])
    if shown:
        draw(path)
    return page


def height_width(word: str) -> tuple[int, int]:
    """Pixels, of HxW.  Raises ArgumentTypeError."""
    if not (match := re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", word)):
        raise argparse.ArgumentTypeError(f"{word!r} is no size, expected HxW such as 500x500")
    return int(match[1]), int(match[2])


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description="Speed and memory of our nets beside their peers, as CSV and Markdown.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add, cpus = parser.add_argument, torch.get_num_threads()
    add("--net", nargs="+", help=f"default: {' '.join(NETS)}")
    add("--size", nargs="+", type=height_width, default=[(500, 500)], metavar="HxW", help="pixels")
    add("--device", default="cpu", help="auto, cpu (default), cuda or cuda:i")
    add("--peers", action="store_true", help="all other runners too, those that are at hand")
    add("--runner", nargs="+", default=[], choices=runners.names(), help="only these peers")
    add("--runs", type=int, default=20, metavar="N", help="default: 20; of processes at most 5")
    add("--protocol", nargs="+", default=["forward"], choices=protocols.NAMES)
    add("--mode", nargs="+", default=["exact"], choices=[*modes.TYPES, ALL])
    add("--batch", nargs="+", type=int, default=[], metavar="N", help="of forward, throughput")
    add("--threads", type=int, default=cpus, metavar="N", help=f"of each runner (here {cpus})")
    add("--sample", action="store_true", help="the narrow nets of the sample: seconds")
    add("--weights", type=Path, metavar="DIR", help="caffemodels by released name; else of a seed")
    add("--out", type=Path, default=Path("results/speed.csv"), metavar="CSV")
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> None:
    """Raises DataError before anything is measured."""
    counts = {"--runs": [options.runs], "--threads": [options.threads], "--batch": options.batch}
    for name, values in counts.items():
        if values and min(values) < 1:
            raise DataError(f"{name} {min(values)}: too few, expected at least 1")
    if options.out.suffix != ".csv":
        raise DataError(f"--out {options.out}: expected a name that ends in .csv")
    if options.sample and options.weights:
        raise DataError("--sample: brings its own weights, leave --weights away")
    if options.weights and not options.weights.is_dir():
        raise DataError(f"--weights {options.weights}: no such folder")
    for net in options.net or ():
        nets.load(net)


if __name__ == "__main__":
    raise SystemExit(main())
