"""`python -m benchmarks.charts results/speed.csv results/growth.csv`: draws what they hold."""

import argparse
import sys
from pathlib import Path

from reproduce.command import command

from .drawing import draw


@command
def main(arguments: list[str] | None = None) -> int:
    """Draws the sheets named; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.charts",
        description="Draw the pictures of measurements anew, as PNG, beside their CSVs.",
        epilog="example: python -m benchmarks.charts results/speed.csv results/growth.csv",
    )
    parser.add_argument("sheets", nargs="+", type=Path, metavar="CSV")
    for sheet in parser.parse_args(arguments).sheets:
        for path in draw(sheet):
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
