"""Full-size nets against real Caffe: labels, statistics of every blob, seconds and peak memory.

`python -m benchmarks.agreement` writes the very weights and image that real Caffe ran (from a seed,
so nothing is downloaded), runs each net in a process of its own, and compares with Caffe's answer.
Writes results/agreement.csv, the evidence, and results/agreement.md.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from reproduce import nets, provenance
from reproduce.command import command
from reproduce.errors import DataError
from reproduce.metrics import labels_of
from reproduce.precision import exact
from weights_convert import load_net

from .sheet import write_sheet

NETS = (
    "voc-fcn32s",
    "voc-fcn16s",
    "voc-fcn8s",
    "voc-fcn8s-atonce",
    "voc-fcn-alexnet",
    "siftflow-fcn8s",
    "pascalcontext-fcn8s",
    "nyud-fcn32s-color-hha",
)
SEED = "11"
MEGA = 1e6


def compare(net: str, case: Path, weights: Path, image: Path, runs: int) -> dict[str, str]:
    """One row of the sheet: `net` with `weights`, on `image`, against the files of `case`."""
    start = time.perf_counter()
    module = load_net(nets.load(net).prototxt(), weights)
    loaded = time.perf_counter() - start
    x = {name: torch.from_numpy(values) for name, values in np.load(image).items()}
    with exact(), torch.inference_mode():
        seconds = [_timed(module, x) for _ in range(runs)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGA
        blobs = module(**x, keep="all")
    blob, deviation = worst_blob(blobs, json.loads((case / "meta.json").read_text())["stats"])
    equal, pixels = _labels_equal(blobs, case)
    return {
        "net": net,
        "size": "x".join(str(side) for side in next(iter(x.values())).shape[2:]),
        "labels equal": f"{equal} of {pixels}",
        "worst statistic": f"{deviation:.1e}",
        "of blob": blob,
        "load s": f"{loaded:.2f}",
        "forward s": f"{statistics.median(seconds):.2f}",
        "peak MB": f"{peak:.0f}",
        "file MB": f"{weights.stat().st_size / MEGA:.0f}",
    }


def _labels_equal(blobs: dict[str, torch.Tensor], case: Path) -> tuple[int, int]:
    """(equal, all) labels over the heads whose labels `case` holds."""
    equal = pixels = 0
    for path in sorted(case.glob("argmax_*.png")):
        labels = labels_of(blobs[path.stem.removeprefix("argmax_")])[0].numpy()
        expected = np.array(Image.open(path))
        equal, pixels = equal + (labels == expected).sum(), pixels + expected.size
    return equal, pixels


def worst_blob(blobs: dict[str, torch.Tensor], stats: dict[str, dict]) -> tuple[str, float]:
    """(name, deviation) of the blob whose mean, std or largest magnitude is furthest from Caffe's.

    Deviations are in units of the blob's standard deviation, the largest magnitude in its own.
    """
    if blobs.keys() != stats.keys():
        raise DataError(f"blobs {sorted(blobs.keys() ^ stats.keys())} are only on one side")
    deviations = {blob: _deviation(blobs[blob], stats[blob]) for blob in stats}
    worst = max(deviations, key=deviations.__getitem__)
    return worst, deviations[worst]


def _deviation(x: torch.Tensor, expected: dict) -> float:
    values = x.double()
    return max(
        abs(float(values.mean()) - expected["mean"]) / expected["std"],
        abs(float(values.std(correction=0)) - expected["std"]) / expected["std"],
        abs(float(values.abs().max()) - expected["absmax"]) / expected["absmax"],
    )


def _timed(module: torch.nn.Module, x: dict[str, torch.Tensor]) -> float:
    start = time.perf_counter()
    module(**x)
    return time.perf_counter() - start


def make(golden: Path, folder: Path, net: str) -> tuple[Path, Path]:
    """(weights, image) that real Caffe was given, written into `folder` from their seed."""
    weights, image = folder / f"{net}.caffemodel", folder / f"{net}.npz"
    script = golden / "make_full.py"
    size = map(str, json.loads((golden / net / "meta.json").read_text())["hw"])
    for words in (["weights", net, SEED, weights], ["input", net, SEED, *size, image]):
        done = subprocess.run([sys.executable, script, *words], capture_output=True, text=True)
        if done.returncode:
            raise DataError(f"{script.name}: {done.stderr.strip() or done.stdout.strip()}")
    return weights, image


def _row(golden: Path, net: str, runs: int) -> dict[str, str]:
    """The row of `net`, measured in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        weights, image = make(golden, Path(folder), net)
        code = (
            "import sys, json, pathlib; from benchmarks.agreement import compare;"
            "n, c, w, i, r = sys.argv[1:];"
            "print(json.dumps(compare(n, *map(pathlib.Path, (c, w, i)), int(r))))"
        )
        words = [net, golden / net, weights, image, str(runs)]
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    if done.returncode:
        raise DataError(f"{net}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


@command
def main(arguments: list[str] | None = None) -> int:
    """Measures and writes the sheet; returns the exit status."""
    form = argparse.ArgumentParser(
        prog="python -m benchmarks.agreement",
        description="Compare the full-size nets with real Caffe; minutes and gigabytes.",
        epilog="example: python -m benchmarks.agreement --net voc-fcn8s --runs 3",
    )
    form.add_argument("--net", nargs="+", choices=NETS, default=NETS)
    form.add_argument("--golden", type=Path, default=Path("tests/golden/full"), metavar="DIR")
    form.add_argument("--runs", type=int, default=3, help="forward passes; the median counts")
    form.add_argument("--out", type=Path, default=Path("results/agreement.csv"), metavar="FILE")
    options = form.parse_args(arguments)
    if not (options.golden / "make_full.py").exists():
        raise DataError(f"{options.golden}: not there, expected the checkout's tests/golden/full")
    rows = [_row(options.golden, net, options.runs) for net in options.net]
    title = "Full-size nets against real Caffe, weights and image made from a seed"
    call = provenance.call("benchmarks.agreement", arguments, {"--golden", "--out"})
    print(write_sheet(options.out, title, call, rows), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
