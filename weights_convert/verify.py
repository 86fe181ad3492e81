"""`python -m weights_convert verify`: a net's blobs against values that something else computed."""

import argparse
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import options
from .command import DONE, OUT_OF_TOLERANCE
from .differences import WITHIN, Difference, differences
from .errors import ConvertError
from .load import load_net
from .net import CaffeNet

OTHERS = ("grad:", "param:")  # keys of gradients and parameters, which are no blobs


def main(arguments: list[str]) -> int:
    """Prints the first differing blob, or none; returns the exit status, 1 if one differs."""
    given = _form().parse_args(arguments)
    inputs, expected = _blobs(given.inputs), _blobs(given.expected)
    net = load_net(given.prototxt, given.caffemodel, **options.loading(given))
    with _watched(net):
        found = differences(net, inputs, expected)
    wrong = [difference for difference in found if not difference.error <= given.within]
    print(_first(wrong, found) if wrong else _none(found, given.within))
    return OUT_OF_TOLERANCE if wrong else DONE


def _form() -> argparse.ArgumentParser:
    form = argparse.ArgumentParser(
        prog="python -m weights_convert verify",
        description="Name the first blob that differs from what is expected, or none.",
        epilog="example:\n  python -m weights_convert verify net.prototxt net.caffemodel "
        "--inputs in.npz --expected blobs.npz\nexit status: 0 none differs; 1 a blob differs; "
        "2 wrong call, or a file is missing or broken",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    form.add_argument("prototxt", type=Path)
    form.add_argument("caffemodel", type=Path)
    form.add_argument("--inputs", type=Path, required=True, help=".npz: input blob -> array")
    form.add_argument(
        "--expected",
        type=Path,
        required=True,
        help=".npz: blob -> array, in Caffe's order; each as it is after its in-place layers",
    )
    form.add_argument(
        "--within",
        type=float,
        default=WITHIN,
        help=f"largest error, in standard deviations of the expected blob (default: {WITHIN})",
    )
    options.add_loading(form)
    return form


def _first(wrong: list[Difference], found: list[Difference]) -> str:
    blob, error, at, value, expected = wrong[0]
    return (
        f"first differing blob: {blob!r}, by {error:.1e} of its standard deviation at {at}: "
        f"found {value:.9g}, expected {expected:.9g}; {len(wrong)} of {len(found)} blobs differ"
    )


def _none(found: list[Difference], within: float) -> str:
    worst = max(found, key=lambda difference: difference.error)
    return (
        f"first differing blob: none; all {len(found)} are within {within:g} of their standard "
        f"deviation, {worst.blob!r} is furthest with {worst.error:.1e}"
    )


def _blobs(path: Path) -> dict[str, np.ndarray]:
    """The blobs of an .npz as float32, in its order.  Raises ConvertError if there are none."""
    try:
        with np.load(path) as file:
            names = [name for name in file.files if not name.startswith(OTHERS)]
            blobs = {name: np.asarray(file[name], np.float32, order="C") for name in names}
    except OSError as error:
        raise ConvertError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (TypeError, ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ConvertError(f"{path}: not an .npz with an array for each blob: {error}") from error
    if not blobs:
        raise ConvertError(f"{path}: holds no blob, expected an .npz with an array for each blob")
    return blobs


@contextmanager
def _watched(net: CaffeNet) -> Iterator[None]:
    """A bar on a terminal while the net runs, a step for each layer."""
    steps = list(net.steps())
    with tqdm(total=len(steps), unit="layer", leave=False, disable=None) as bar:
        hooks = [module.register_forward_hook(lambda *_: bar.update()) for _, module in steps]
        yield
        for hook in hooks:
            hook.remove()
