"""Files that are either the old ones or the new ones, never half of one."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from .errors import DataError


def write(path: Path | str, data: bytes | str, *, durable: bool = True) -> None:
    """Put `data` (text as UTF-8) into `path`, in place of what it held, in one step.

    The bytes go to a file beside it first, which no failure and no interrupt leaves behind.
    A link stays a link.  durable: wait until they are on the disk, so that the new file outlives
    a power cut; otherwise it may then be lost.  Raises DataError naming the file and the reason.
    """
    target = Path(path).resolve()
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone already, or its folder was never there
            part.unlink()


def check_writable(folder: Path | str) -> Path:
    """The folder, made if it was missing, after a file was written in it and removed again.

    Raises DataError naming the folder and the reason.
    """
    folder = Path(folder)
    probe = folder / f".writable.{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(probe, "\n")
    except (OSError, DataError) as error:
        reason = getattr(error.__cause__ or error, "strerror", None) or error
        raise DataError(
            f"{folder}: no file can be written there ({reason}), choose another folder"
        ) from error
    finally:
        with suppress(OSError):
            probe.unlink()
    return folder
