"""`python -m weights_convert COMMAND ...`; each command is a module of its own."""

import argparse
import sys
from importlib import import_module

from .command import guarded
from .errors import ConvertError
from .interrupts import quiet

COMMANDS = {
    "inspect": "what a prototxt or a caffemodel holds, layer by layer",
    "convert": "a net as .safetensors, .pt, .onnx, .py, .caffemodel or .caffemodel.h5",
    "verify": "the first blob of a net that differs from expected values",
}


@guarded(ConvertError, interrupted="interrupted; nothing was written")
def main(arguments: list[str] | None = None) -> int:
    """Runs the command that `arguments` name; returns its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="python -m weights_convert",
        description="Caffe's nets in PyTorch, without Caffe.",
        epilog="example: python -m weights_convert inspect fcn8s-heavy-pascal.caffemodel",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, what in COMMANDS.items():
        commands.add_parser(name, help=what, add_help=False)
    # Only the command asked for is imported: inspect answers before torch would be there.
    command = parser.parse_args(arguments[:1]).command
    with quiet():
        module = import_module(f"{__package__}.{command}")
    return module.main(arguments[1:])


if __name__ == "__main__":
    raise SystemExit(main())
