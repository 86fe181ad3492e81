"""`python -m reproduce.export voc-fcn8s -o fcn8s.onnx`: a net by its name, in another format.

The formats are those of `python -m weights_convert convert`; a .safetensors file has the net's
preprocessing, classes, colours and citation beside the arrays, and open_net reads all of it back.
"""

import argparse
from pathlib import Path

from weights_convert import formats
from weights_convert.atomic import placing
from weights_convert.source import Source

from . import downloads, nets, weights
from .command import DONE, command
from .errors import DataError
from .nets import NetSpec
from .opening import about_of
from .released_meta import CITATION, LICENSES
from .weights import Weights

EXAMPLES = """examples:
  python -m reproduce.export voc-fcn8s -o voc-fcn8s.safetensors     fetches the released weights
  python -m reproduce.export voc-fcn8s --sample -o sample.onnx      offline, of the bundled net
exit status: 0 done; 2 wrong call, or something needed is missing or broken"""


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.export."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.export",
        description="Write a net in another format, read it back and compare it with the net.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add("net", metavar="NET", help="such as voc-fcn8s")
    suffixes = " ".join(formats.suffixes())
    add("-o", "--out", type=Path, required=True, help=f"the file to write, one of {suffixes}")
    add("--sample", action="store_true", help="the bundled narrow weights")
    where = f"caffemodels by released name, or one file; {downloads.told_default('weights')}"
    add("--weights", type=Path, metavar="DIR", help=where)
    add("--offline", action="store_true", help="never touch the network")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    spec, format = nets.load(options.net), formats.find(options.out)
    file, more = _weights(options, spec)
    if options.out.exists() and options.out.samefile(file.path):
        raise DataError(f"{options.out}: is the file to read, expected another one to write")
    with placing(options.out) as part:
        source = Source(file.prototxt, file.path, about=about_of(spec) | more)
        told = format.write(file.net(), source, part)
    print(*(f"{options.out}: {line}" for line in told), sep="\n")
    return DONE


def _weights(options: argparse.Namespace, spec: NetSpec) -> tuple[Weights, dict[str, str]]:
    """The file, and what is known of weights of its kind."""
    if options.sample and options.weights:
        raise DataError("--sample: brings its own weights, leave --weights away")
    if options.weights and options.weights.is_file():
        path = options.weights
        return Weights(path, spec.prototxt(), downloads.digest(path, "sha256")), {}
    kind = "SAMPLE" if options.sample else "RELEASED"
    known = {"license": LICENSES[kind], "citation": CITATION}
    return weights.of_kind(spec, kind, folder=options.weights, offline=options.offline), known


if __name__ == "__main__":
    raise SystemExit(main())
