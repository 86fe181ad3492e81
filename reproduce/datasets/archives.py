"""Data sets that come as an archive: found in a folder, or fetched and unpacked there first."""

from collections.abc import Callable, Iterable
from pathlib import Path

from .. import downloads
from ..errors import DataError, MissingError
from ..unpack import unpack


def found_or_fetched(
    find: Callable[[Path], Path | None],
    folder: Path,
    archive: str,
    what: str,
    *,
    into: str = ".",
    offline: bool = False,
) -> Path:
    """What `find` finds in `folder`; else the remote `archive` is fetched into it and unpacked.

    what: the words for it in messages.  into: the folder in `folder` that it is unpacked in.
    Raises MissingError if the archive is needed and cannot be had, DataError if it lacks `what`.
    """
    if found := find(folder):
        return found
    try:
        path = downloads.fetch(downloads.remote(archive), folder, offline=offline)
    except MissingError as error:
        raise MissingError(f"{folder}: no {what}, and {error}") from error
    unpack(path, folder / into)
    if found := find(folder):
        return found
    raise DataError(f"{path}: unpacked, and no {what} came out of it")


def first_with(inner: str, places: Iterable[Path]) -> Path | None:
    """The first of `places` that has the file or folder `inner` in it, None if none has."""
    return next((place for place in places if (place / inner).exists()), None)
