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

    Until then it lies beside it, where no failure and no interrupt leaves it.  A link stays a link.
    Raises ConvertError naming the file and the reason if the system refuses to write.
    """
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(target)
    except OSError as error:
        raise ConvertError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone already, or its folder was never there
            part.unlink()
