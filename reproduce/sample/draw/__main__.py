"""`python -m reproduce.sample.draw OUT`: the drawings, in the layouts of their data sets."""

import argparse
from pathlib import Path

from ...command import DONE, command
from . import DRAWN, draw, missing, named

EXAMPLES = """examples:
  python -m reproduce.sample.draw /data/drawn                     the bundled images once more
  python -m reproduce.sample.draw /data/drawn --train --only voc  and VOC's training images
files that are there already are kept: the same command goes on where it stopped
exit status: 0 done; 2 wrong call, a folder with other images, or no scipy"""


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.sample.draw."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.sample.draw",
        description="Draw the images of the sample, and with --train those its nets learnt from.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    form.add_argument("out", type=Path, metavar="OUT", help="folder, made if it is not there")
    form.add_argument("--train", action="store_true", help="the training images too")
    form.add_argument("--only", choices=DRAWN, help="one of the data sets, default all")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    for data_set in [options.only] if options.only else DRAWN:
        drawn = len(missing(options.out, data_set, train=options.train))
        draw(options.out, data_set, train=options.train)
        print(f"{options.out}: {data_set}: {drawn} drawn{_kept(data_set, options.train, drawn)}")
    return DONE


def _kept(data_set: str, train: bool, drawn: int) -> str:
    module = named(data_set)
    kept = len(module.EVALUATED) + train * len(module.TRAINING) - drawn
    return f", {kept} kept that were there" if kept else ""


if __name__ == "__main__":
    raise SystemExit(main())
