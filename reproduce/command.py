"""What every command of this package does with what a user can cause; see weights_convert."""

import argparse
from pathlib import Path

from weights_convert import ConvertError
from weights_convert.command import BROKEN, DONE, INTERRUPTED, OUT_OF_TOLERANCE, complain, guarded

from .errors import DataError

__all__ = [
    "BROKEN",
    "DONE",
    "INTERRUPTED",
    "OUT_OF_TOLERANCE",
    "add_results",
    "command",
    "complain",
]

command = guarded(
    DataError, ConvertError, interrupted="interrupted; the same command goes on from here"
)


def add_results(form: argparse.ArgumentParser) -> None:
    """Adds the folder of results that a command reads, as `results`."""
    form.add_argument(
        "results",
        nargs="?",
        type=Path,
        default=Path("results"),
        metavar="RESULTS_DIR",
        help="what reproduce.table wrote; default: results",
    )
