"""What every command does with what a user can cause: one line, no traceback, an exit status."""

import functools
import os
import sys
from collections.abc import Callable

from weights_convert import ConvertError

from .errors import DataError

DONE, OUT_OF_TOLERANCE, BROKEN = 0, 1, 2
INTERRUPTED = 130  # as the shell has it for Ctrl-C


def command(main: Callable[..., int]) -> Callable[..., int]:
    """`main`, whose errors become `error: THING: what is wrong` on stderr and an exit status."""

    @functools.wraps(main)
    def guarded(arguments: list[str] | None = None) -> int:
        try:
            return main(arguments)
        except (DataError, ConvertError) as error:
            complain(error)
            return BROKEN
        except KeyboardInterrupt:
            print("interrupted; the same command goes on from here", file=sys.stderr)
            return INTERRUPTED
        except BrokenPipeError:  # the reader of stdout went away, as `| head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE

    return guarded


def complain(error: Exception) -> None:
    """`error: ...` on stderr, on one line."""
    print("error:", " ".join(str(error).split()), file=sys.stderr)
