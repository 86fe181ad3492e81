"""`python -m reproduce.hha DEPTH [RAW] -o HHA`: HHA images of depth images, files or folders."""

import argparse
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from tqdm import tqdm

from .. import atomic
from ..command import DONE, OUT_OF_TOLERANCE, command
from ..datasets.images import rgb, sixteen_bit
from ..errors import DataError
from . import Camera, hha
from .agreement import ENOUGH, agreement, counts

UNITS = {"mm": 1, "m10000": 10}  # stored numbers in a millimetre: metres x 10^4 are ten
EXAMPLES = """examples:
  python -m reproduce.hha nyud/data/depth -o nyud/data/hha
  python -m reproduce.hha 0.png 0_raw.png -o 0_hha.png --unit m10000
  python -m reproduce.hha 0.png --unit m10000 --compare matlab_hha.png
of a folder, images that are there already are kept: the same command goes on where it stopped
exit status: 0 done; 1 fewer than 99 % of a channel's pixels agree; 2 wrong call or bad file"""


class Work(NamedTuple):
    """One image: its depth, what was measured of it, and the HHA image to write or compare."""

    depth: Path
    raw: Path | None
    hha: Path


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.hha."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.hha",
        description="Compute HHA images of depth images: 16-bit PNG files, or folders of them.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    form.add_argument("depth", type=Path, metavar="DEPTH", help="filled depth, file or folder")
    form.add_argument(
        "raw", nargs="?", type=Path, metavar="RAW", help="depth as measured, 0 where it was not"
    )
    task = form.add_mutually_exclusive_group(required=True)
    task.add_argument("-o", dest="out", type=Path, metavar="HHA", help="file or folder to write")
    task.add_argument(
        "--compare", type=Path, metavar="HHA", help="print how near ours is to these, write nothing"
    )
    form.add_argument("--unit", choices=UNITS, default="mm", help="of the PNGs, default mm")
    form.add_argument(
        "--camera", type=_camera, metavar="FX,FY,CX,CY", help="in pixels; default NYUDv2's, by size"
    )
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    todo = _todo(options)
    if options.compare:
        return _compare(todo, options)
    folder = options.out if options.depth.is_dir() else options.out.parent
    atomic.check_writable(folder)
    missing = [one for one in todo if not (options.depth.is_dir() and one.hha.exists())]
    for one in tqdm(missing, unit="image", leave=False, disable=None):
        atomic.write(one.hha, _png(_computed(one, options)), durable=False)
    kept = f", {len(todo) - len(missing)} kept that were there" if len(todo) > len(missing) else ""
    print(f"{options.out}: {len(missing)} written{kept}")
    return DONE


def _compare(todo: list[Work], options: argparse.Namespace) -> int:
    """Prints the agreement over all images; returns the exit status."""
    total = np.zeros((3, 256), np.int64)
    for one in tqdm(todo, unit="image", leave=False, disable=None):
        ours, expected = _computed(one, options), rgb(one.hha)
        with _naming(one.hha):
            total += counts(ours, expected)
    print(f"{'channel':<9}  mean difference  within 1  largest")
    found = agreement(total)
    for name, (mean, within_one, largest) in found.items():
        print(f"{name:<9}  {mean:15.4f}  {100 * within_one:6.2f} %  {largest:7}")
    return DONE if all(one.within_one >= ENOUGH for one in found.values()) else OUT_OF_TOLERANCE


def _computed(one: Work, options: argparse.Namespace) -> np.ndarray:
    depth = sixteen_bit(one.depth) / UNITS[options.unit]
    raw = sixteen_bit(one.raw) if one.raw else None
    with _naming(one.depth):
        return hha(depth, raw, options.camera)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def _todo(options: argparse.Namespace) -> list[Work]:
    """The images that are asked for.  Raises DataError for paths that do not go together."""
    depth, raw, result = options.depth, options.raw, options.out or options.compare
    if result.resolve() in {path.resolve() for path in (depth, raw) if path}:
        raise DataError(f"{result}: is the depth itself, expected another file or folder")
    if not depth.is_dir():
        return [Work(depth, raw, result)]
    for path in (raw, result):
        if path and path.exists() and not path.is_dir():
            raise DataError(f"{path}: is a file, expected a folder as {depth} is one")
    names = sorted(path.name for path in depth.glob("*.png"))
    if not names:
        raise DataError(f"{depth}: holds no PNG file, expected depth images")
    return [Work(depth / name, raw / name if raw else None, result / name) for name in names]


def _png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def _camera(text: str) -> Camera:
    try:
        camera = Camera(*map(float, text.split(",")))
    except (ValueError, TypeError):
        camera = Camera(0, 0, 0, 0)
    if not (all(map(math.isfinite, camera)) and camera.fx > 0 and camera.fy > 0):
        raise argparse.ArgumentTypeError(f"{text!r}: expected FX,FY,CX,CY in pixels")
    return camera


if __name__ == "__main__":
    raise SystemExit(main())
