"""Images a second of the whole evaluation loop around a net: `python -m benchmarks.loop`.

The loop is that of reproduce.table: JPEG and label decoded, blob made, brought to this process,
labels counted, progress saved.  Only the net is a stand-in, which takes next to no time: it gives
the same labels for every image, those of 21 classes in stripes.

    workers    processes that decode; 0 is a thread; auto is what reproduce.table takes
    in net     share of the wall time in the stand-in, or waiting for it
    CPU        seconds of processor time per image, of all processes together

Units   images/s, ms: medians over the runs, and the fastest and slowest; the runs of the rows take
        turns, and the first of each is not counted.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from reproduce import nets, provenance
from reproduce.atomic import check_writable
from reproduce.command import command
from reproduce.datasets import Dataset, Sample, blobs, open_dataset
from reproduce.datasets.voc import CLASSES, colour_map
from reproduce.errors import DataError
from reproduce.evaluate import Job, evaluate
from reproduce.progress import Progress

from .sheet import write_sheet

NET = "voc-fcn8s"  # whose input blob is made
SIZE = (375, 500)  # of most VOC images, height and width
DRAWN = 24  # files, which are then read again and again from the page cache
GRAIN, QUALITY = 14.0, 90  # give JPEGs of about 90 kB, as VOC's are
WORKERS = {"0": 0, "1": 1, "2": 2, "auto": None}
TITLE = "The evaluation loop without a net"
EXAMPLE = """example:
  python -m benchmarks.loop --images 736 --runs 5
  python -m benchmarks.loop --data ~/data --split seg11valid
"""


@command
def main(arguments: list[str] | None = None) -> int:
    """Measures and writes the sheet; returns the exit status."""
    options = _options(arguments)
    _check(options)
    check_writable(options.out.parent)
    with _data(options) as (dataset, label):
        rows = measure(dataset, label, options.images, options.runs)
    call = provenance.call("benchmarks.loop", arguments, {"--data", "--out"})
    print(write_sheet(options.out, TITLE, call, rows), end="")
    return 0


def measure(dataset: Dataset, label: str, images: int, runs: int) -> list[dict[str, str]]:
    """A row for each number of workers, over the first `images` ids, repeated if too few."""
    ids = (dataset.ids * -(-images // len(dataset)))[:images]
    found = {name: [] for name in WORKERS}
    with tqdm(total=(runs + 1) * len(WORKERS), unit="run", disable=None, leave=False) as bar:
        for _ in range(runs + 1):
            for name, workers in WORKERS.items():
                found[name].append(_run(dataset, ids, workers))
                bar.update()
    about = {"data": label, "images": str(images), "runs": str(runs)}
    return [{"workers": name, **about, **_row(found[name][1:], images)} for name in WORKERS]


def stripes(sample: Sample) -> dict[str, torch.Tensor]:
    """The stand-in's labels: every class, whatever the image."""
    height, width = next(iter(sample.labels.values())).shape
    row = torch.arange(width).mul(len(CLASSES)).div(width, rounding_mode="floor")
    return {"score": row.to(torch.uint8).expand(height, width)}


def draw(folder: Path, images: int, seed: int = 0) -> None:
    """A devkit of VOC2012 with drawn images in its split val: blurred noise with grain, blocks."""
    root, rng = folder / "VOCdevkit" / "VOC2012", np.random.default_rng(seed)
    for name in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
        (root / name).mkdir(parents=True)
    ids = [f"drawn_{number:06}" for number in range(images)]
    for id in ids:
        _photograph(rng).save(root / "JPEGImages" / f"{id}.jpg", quality=QUALITY)
        _label(rng).save(root / "SegmentationClass" / f"{id}.png")
    lists = root / "ImageSets" / "Segmentation" / "val.txt"
    lists.write_text("".join(f"{id}\n" for id in ids))


def _photograph(rng: np.random.Generator) -> Image.Image:
    coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(SIZE[::-1], Image.Resampling.BICUBIC), np.float64)
    grainy = smooth + rng.normal(0, GRAIN, (*SIZE, 1))
    return Image.fromarray(grainy.clip(0, 255).astype(np.uint8))


def _label(rng: np.random.Generator) -> Image.Image:
    classes = rng.choice([*range(len(CLASSES)), 255], (8, 10)).astype(np.uint8)
    label = Image.fromarray(classes).resize(SIZE[::-1], Image.Resampling.NEAREST)
    label = Image.frombytes("P", label.size, label.tobytes())
    label.putpalette(colour_map().tobytes())
    return label


def _run(dataset: Dataset, ids: tuple[str, ...], workers: int | None) -> dict[str, float]:
    read = partial(blobs.sample, dataset, inputs=nets.load(NET).inputs)
    heads, classes = {"score": "label"}, {"score": len(CLASSES)}
    job = Job(ids, read, stripes, heads, classes, torch.device("cpu"))
    with tempfile.TemporaryDirectory() as folder:
        cpu, start = _cpu_seconds(), time.perf_counter()
        progress = evaluate(job, Progress(Path(folder) / "run.json", {}), workers=workers)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "net": progress.net_seconds, "cpu": _cpu_seconds() - cpu}


def _cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _row(runs: list[dict[str, float]], images: int) -> dict[str, str]:
    speeds = [images / run["seconds"] for run in runs]
    shares = [run["net"] / run["seconds"] for run in runs]
    cpu = [1000 * run["cpu"] / images for run in runs]
    return {
        "images/s": f"{statistics.median(speeds):.1f}",
        "slowest": f"{min(speeds):.1f}",
        "fastest": f"{max(speeds):.1f}",
        "CPU ms/image": f"{statistics.median(cpu):.2f}",
        "in net": f"{statistics.median(shares):.3f}",
    }


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loop",
        description="Speed of the evaluation loop without a net, as a CSV and a Markdown table.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    drawn = f"default: {DRAWN} drawn images of {SIZE[1]} x {SIZE[0]}, about 90 kB each (temporary)"
    add = parser.add_argument
    add("--data", type=Path, metavar="DIR", help=f"VOC2012 devkit in DIR; {drawn}")
    add("--split", default="val", help="of the devkit in --data (default: val)")
    add("--images", type=int, default=736, metavar="N", help="per run (default: 736)")
    add("--runs", type=int, default=5, metavar="N", help="per row (default: 5)")
    add("--out", type=Path, default=Path("results/loop.csv"), metavar="CSV")
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> None:
    for name in ("images", "runs"):
        if (value := getattr(options, name)) < 1:
            raise DataError(f"--{name} {value}: too few, expected at least 1")
    if options.out.suffix != ".csv":
        raise DataError(f"--out {options.out}: expected a name that ends in .csv")


@contextmanager
def _data(options: argparse.Namespace) -> Iterator[tuple[Dataset, str]]:
    """The data set, and what to call it in the results."""
    if options.data:
        dataset = open_dataset("voc2012", options.data, options.split, offline=True)
        yield dataset, f"VOC2012 {options.split}"
        return
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), DRAWN)
        files = list(Path(folder).rglob("*.jpg"))
        size = sum(path.stat().st_size for path in files) / len(files) / 1000
        dataset = open_dataset("voc2012", folder, "val", offline=True)
        yield dataset, f"{DRAWN} drawn, 500 x 375, JPEGs of {size:.0f} kB"


if __name__ == "__main__":
    sys.exit(main())
