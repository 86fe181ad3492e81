"""One process at a time: a lock file that is there only while it is held.

A lock left by a process that was killed is free.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import DataError


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock `path` inside the block and remove it at the end.

    wait: for another process that holds it; if not, that is a DataError naming the process.
    Raises OSError if `path` cannot be made.
    """
    with _acquired(path, wait) as file:
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _acquired(path: Path, wait: bool) -> IO[str]:
    while True:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if _is_at(path, file):
                file.truncate(0)
                return file
        except BlockingIOError:
            raise DataError(_in_use(path, file)) from None
        except BaseException:
            file.close()
            raise
        file.close()


def _in_use(path: Path, file: IO[str]) -> str:
    with file:
        file.seek(0)
        holder = file.read().strip() or "unknown"
    return (
        f"{path.stem} in {path.parent}: process {holder} is at work on it, "
        f"wait for it or choose another folder"
    )


def _is_at(path: Path, file: IO[str]) -> bool:
    """Whether `file` still is the one at `path`: its last holder removed it on leaving."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
