"""`python -m weights_convert convert`: a net in another format, told by the suffix.

The file appears once it has been read back and found to hold the net.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch
from tqdm import tqdm

from . import formats, options
from .atomic import placing
from .command import DONE
from .errors import ConvertError
from .load import load_net
from .net import CaffeNet
from .source import Source


def main(arguments: list[str]) -> int:
    """Writes the file and prints what it holds; returns the exit status."""
    given = _form().parse_args(arguments)
    format = formats.find(given.out)
    _refuse_inputs(given)
    with tqdm(total=2, desc="reading", leave=False, disable=None) as bar:
        net = _net(given)
        bar.update()
        bar.set_description("writing and reading back")
        with placing(given.out) as part:
            source = Source(given.prototxt, given.caffemodel, options.loading(given))
            told = format.write(net, source, part)
    print(*(f"{given.out}: {line}" for line in (*told, *_partly(net))), sep="\n")
    return DONE


def _form() -> argparse.ArgumentParser:
    form = argparse.ArgumentParser(
        prog="python -m weights_convert convert",
        description="Write a net in another format, read it back and compare it with the net.",
        epilog="example:\n  python -m weights_convert convert deploy.prototxt "
        "fcn8s-heavy-pascal.caffemodel -o fcn8s.safetensors",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    form.add_argument("prototxt", type=Path)
    form.add_argument("caffemodel", type=Path)
    form.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        help=f"the file to write; its suffix, one of {' '.join(formats.suffixes())}, says what",
    )
    options.add_loading(form)
    return form


def _net(given: argparse.Namespace) -> CaffeNet:
    generator = torch.Generator().manual_seed(0)  # of the fillers, so that each run gives the same
    chosen = options.loading(given)
    return load_net(given.prototxt, given.caffemodel, generator=generator, **chosen)


def _partly(net: CaffeNet) -> Iterator[str]:
    """What the net and the caffemodel do not have in common."""
    if net.filled.kept:
        yield f"not in the caffemodel, so as their fillers make them: {', '.join(net.filled.kept)}"
    if net.filled.unused:
        yield f"in the caffemodel, but not in the net: {', '.join(net.filled.unused)}"


def _refuse_inputs(given: argparse.Namespace) -> None:
    for path in (given.prototxt, given.caffemodel):
        if given.out.exists() and path.exists() and given.out.samefile(path):
            raise ConvertError(f"{given.out}: is the file to read, expected another one to write")
