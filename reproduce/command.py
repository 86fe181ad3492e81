"""What every command of this package does with what a user can cause; see weights_convert."""

from weights_convert import ConvertError
from weights_convert.command import BROKEN, DONE, INTERRUPTED, OUT_OF_TOLERANCE, complain, guarded

from .errors import DataError

__all__ = ["BROKEN", "DONE", "INTERRUPTED", "OUT_OF_TOLERANCE", "command", "complain"]

command = guarded(
    DataError, ConvertError, interrupted="interrupted; the same command goes on from here"
)
