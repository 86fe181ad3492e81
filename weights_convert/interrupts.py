"""Ctrl-C while a command still imports torch: it ends at once, without a traceback.

Modules are half there until then, so KeyboardInterrupt comes out of any of them as any error, and
of C++ as an abort.  The system's own way of ending a process says nothing; its status in a shell is
130, as that of an interrupted command.  A program that imports the packages is left alone.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPTS = "fcn-"  # what the names of the console scripts begin with


def quiet_start(package: str) -> None:
    """To be called as `package` is imported, before what takes long; see quiet_end."""
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if usual and _is_command(package) and _can_be_set():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def quiet_end() -> None:
    """From here on Ctrl-C is KeyboardInterrupt again, if quiet_start had changed it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL and _can_be_set():
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def quiet() -> Iterator[None]:
    """The same for imports in a block."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or not _can_be_set():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_command(package: str) -> bool:
    """Whether the process is `python -m package...`, or one of the console scripts."""
    words = sys.orig_argv
    module = words[words.index("-m") + 1 :][:1] if "-m" in words else []
    begun = sys.argv[0] == "-m" and bool(module) and module[0].split(".")[0] == package
    return begun or Path(sys.argv[0]).name.startswith(SCRIPTS)


def _can_be_set() -> bool:
    return threading.current_thread() is threading.main_thread()
