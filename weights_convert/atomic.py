"""Files that are either the old ones or the new ones, never half of one."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from .errors import ConvertError


@contextmanager
def replacing(path: str | PathLike) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when the block ends well.

    As `placing`, of which it is the open file.
    """
    with placing(path) as part, part.open("xb") as file:
        yield file


@contextmanager
def placing(path: str | PathLike) -> Iterator[Path]:
    """Where to write a file, which takes the place of `path` when the block ends well.

    Until then it lies beside it, with the same suffixes, where no failure and no interrupt leaves
    it.  A link stays a link.
    Raises ConvertError naming the file and the reason if the system refuses to write.
    """
    target = Path(path).resolve()
    part = target.with_name(f".part.{secrets.token_hex(4)}.{target.name}")
    try:
        part.touch(exist_ok=False)  # while the reason why one cannot write is still the system's
        part.unlink()
        yield part
        part.replace(target)
    except OSError as error:
        raise ConvertError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone already, or its folder was never there
            part.unlink()
