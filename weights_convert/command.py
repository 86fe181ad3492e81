"""What every command does with what a user can cause: one line, no traceback, an exit status."""

import errno
import functools
import os
import sys
import warnings
from collections.abc import Callable

from .interrupts import quiet_end

DONE, OUT_OF_TOLERANCE, BROKEN = 0, 1, 2
INTERRUPTED = 130  # as the shell has it for Ctrl-C

Main = Callable[[list[str] | None], int]


def guarded(*errors: type[Exception], interrupted: str) -> Callable[[Main], Main]:
    """A decorator of mains: `errors` become `error: THING: what is wrong` and an exit status.

    interrupted: what Ctrl-C says, on stderr.
    """

    def guard(main: Main) -> Main:
        @functools.wraps(main)
        def guarding(arguments: list[str] | None = None) -> int:
            quiet_end()
            try:
                with warnings.catch_warnings():
                    warnings.showwarning = _warn
                    status = main(arguments)
                sys.stdout.flush()
            except errors as error:
                complain(error)
                return BROKEN
            except KeyboardInterrupt:
                print(interrupted, file=sys.stderr)
                return INTERRUPTED
            except BrokenPipeError:  # the reader of stdout went away, as `| head` does
                _give_up_stdout()
                return DONE
            except OSError as error:
                if error.errno != errno.ENOSPC or error.filename:
                    raise
                complain(OSError(f"standard output: {error.strerror}, expected room for it"))
                _give_up_stdout()
                return BROKEN
            return status

        return guarding

    return guard


def _give_up_stdout() -> None:
    """What is left in its buffer would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _warn(message: Warning | str, *_, **__) -> None:
    """`warning: ...` likewise, in place of the line of code that Python would show."""
    print("warning:", " ".join(str(message).split()), file=sys.stderr)


def complain(error: Exception) -> None:
    """`error: ...` on stderr, on one line."""
    print("error:", " ".join(str(error).split()), file=sys.stderr)
