"""Files from elsewhere: fetched when they are needed, and not trusted before their checksum fits.

FOLDER/NAME            the file: put there in one step, once it is whole and checked
FOLDER/NAME.part       what is fetched so far; NAME.part.json says from where (transfer.py)
FOLDER/NAME.bad        the last download whose checksum did not fit
FOLDER/NAME.lock       there while NAME is fetched: another process waits, then finds the file
FOLDER/checksums.json  what was found good, and the checksums recorded (checksums.py)

Errors  MissingError where the file must be got by hand; ChecksumError for other bytes than
        expected; DataError for a folder that cannot be written.  Each is one line.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from . import checksums
from .checksums import digest, verify
from .errors import ChecksumError, DataError, MissingError
from .lock import locked
from .remotes import Remote, remote
from .transfer import HEAD, TransferError, download, is_page, note_of

__all__ = [
    "Remote",
    "by_hand",
    "cache_folder",
    "digest",
    "fetch",
    "remote",
    "told_default",
    "verify",
]


def fetch(remote: Remote, folder: Path, *, offline: bool = False) -> Path:
    """Path of the checked file in `folder`, downloaded first if it is not there.

    A file that is there is read through once, and again when its size or time of change differs;
    it is never replaced.  Raises MissingError, ChecksumError or DataError.
    """
    path = Path(folder) / remote.file
    try:
        if path.exists():
            _check_present(path, remote)
        elif offline:
            raise _missing(path, remote, ["offline"])
        else:
            _obtain(path, remote)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read or written: {error.strerror or error}; make room or choose "
            "another folder (FCN_CACHE names the cache folder) and run again (what is fetched so "
            f"far stays in {path.name}.part)"
        ) from error
    return path


def by_hand(remotes: Iterable[Remote], folder: Path) -> str:
    """What of `remotes` is missing, a line each: name, size, addresses and where to put it."""
    missing = [(one, Path(folder) / one.file) for one in remotes]
    return "\n".join(
        f"{one.file} ({_size(one)}) is missing: get it from {' or '.join(one.mirrors)} and put it "
        f"into {path.parent}"
        for one, path in missing
        if not path.exists()
    )


def cache_folder() -> Path:
    """$FCN_CACHE, else fcn-reproduce in $XDG_CACHE_HOME or ~/.cache; it may not exist yet."""
    if own := os.environ.get("FCN_CACHE"):
        return Path(own).expanduser()
    shared = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return shared / "fcn-reproduce"


def told_default(kind: str) -> str:
    """`default: ...` in help texts: where in the cache folder `kind`, data or weights, is."""
    return f"default: {cache_folder() / kind}".replace("%", "%%")


def _check_present(path: Path, remote: Remote) -> None:
    if checksums.known_good(path, remote.checksum):
        return
    with path.open("rb") as file:
        if is_page(file.read(HEAD)):
            raise DataError(f"{path}: is an HTML page: move it away and fetch it again")
    try:
        found = checksums.check(path, remote.file, remote.checksum, str(path))
    except ChecksumError as error:
        raise ChecksumError(f"{error}; or move the file away and fetch it again") from None
    checksums.remember(path, found, remote.checksum)


def _obtain(path: Path, remote: Remote) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.with_name(f"{path.name}.lock")):
        if path.exists():  # another process was faster
            _check_present(path, remote)
        else:
            _from_first_good(path, remote)


def _from_first_good(path: Path, remote: Remote) -> None:
    """Put the file to `path` from the first of its mirrors that gives the right one."""
    failures, unfit = [], None
    for url in remote.mirrors:
        try:
            return _from_one(url, path, remote)
        except TransferError as error:
            failures.append(str(error))
        except ChecksumError as error:
            unfit = error
    raise unfit or _missing(path, remote, failures)


def _from_one(url: str, path: Path, remote: Remote) -> None:
    part = path.with_name(f"{path.name}.part")
    download(url, part, remote.bytes)
    try:
        found = checksums.check(part, remote.file, remote.checksum, f"{remote.file} from {url}")
    except ChecksumError as error:
        bad = part.replace(path.with_name(f"{path.name}.bad"))
        note_of(part).unlink()
        raise ChecksumError(f"{error}; kept as {bad}, fetch again or get it by hand") from None
    part.replace(path)
    note_of(part).unlink()
    checksums.remember(path, found, remote.checksum)


def _missing(path: Path, remote: Remote, failures: list[str]) -> MissingError:
    reasons = " ".join("; ".join(failures).split())  # a server's words may have line breaks
    return MissingError(
        f"{remote.file} is not in {path.parent} (and could not be fetched: {reasons}): "
        f"get it from {' or '.join(remote.mirrors)} and put it there"
    )


def _size(remote: Remote) -> str:
    return f"about {tqdm.format_sizeof(remote.bytes, 'B')}" if remote.bytes else "size unknown"
