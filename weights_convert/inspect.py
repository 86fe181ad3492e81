"""`python -m weights_convert inspect FILE`: a prototxt or a caffemodel as a table.

A caffemodel is told from its headers, in a fraction of a second whatever its size.
"""

import argparse
from importlib import import_module
from pathlib import Path

from . import options
from .command import DONE
from .inspect_caffemodel import inspect_caffemodel
from .inventory import Inventory
from .mapped import Mapped


def main(arguments: list[str]) -> int:
    """Prints the inventory of a file; returns the exit status."""
    form = argparse.ArgumentParser(
        prog="python -m weights_convert inspect",
        description="Print the layers of a prototxt or a caffemodel: shapes, parameters, crops.",
        epilog="example: python -m weights_convert inspect voc-fcn8s/deploy.prototxt",
    )
    form.add_argument("file", type=Path, help="prototxt or caffemodel, told by its content")
    form.add_argument("--format", choices=("md", "json"), default="md")
    options.add_net(form)
    given = form.parse_args(arguments)
    found = _inventory(given)
    print(found.json() if given.format == "json" else found.markdown())
    return DONE


def _inventory(given: argparse.Namespace) -> Inventory:
    if not is_text(given.file):
        return inspect_caffemodel(given.file)
    # It needs torch, which takes longer to import than a caffemodel to inspect.
    prototxt = import_module(f"{__package__}.inspect_prototxt")
    return prototxt.inspect_prototxt(given.file, **options.net(given))


def is_text(path: Path) -> bool:
    """Whether the file is a prototxt, by its content: control characters are in every caffemodel.

    Raises CaffemodelError if it cannot be read.
    """
    file = Mapped(path)
    start = bytes(file.data[:4096])
    file.close()
    if not start:
        return path.suffix == ".prototxt"
    return not any(byte < 32 and byte not in b"\t\n\v\f\r" for byte in start)
