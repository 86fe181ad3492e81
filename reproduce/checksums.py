"""Digests of files, and checksums.json, which holds for each file of a folder what is known of it:

size, mtime_ns, digest  as they were when the file was last found good: while size and mtime_ns
                        stay, it is not read again
recorded                only where no checksum is published: the sha256 of the first download, which
                        every later one must have

Checksums are written `algorithm:hex`, such as "md5:82b4d87ceb2ed10f6038a1cba92111cb".

Errors  ChecksumError for other bytes than expected; DataError for a checksums.json that is not one.
"""

import errno
import hashlib
import json
from pathlib import Path

from . import atomic
from .byte_bar import byte_bar
from .errors import ChecksumError, DataError
from .lock import locked

ALGORITHMS = ("md5", "sha1", "sha256")
FIRST = "sha256"  # of a file without a published checksum
LEDGER = "checksums.json"
CHUNK = 1 << 20


def digest(path: Path, algorithm: str) -> str:
    """Lower-case hex digest of the file, by md5, sha1 or sha256."""
    if algorithm not in ALGORITHMS:
        raise DataError(f"checksum {algorithm!r}: unknown, expected one of {', '.join(ALGORITHMS)}")
    running = hashlib.new(algorithm, usedforsecurity=False)
    path = Path(path)
    with path.open("rb") as file, byte_bar(total=path.stat().st_size, desc=algorithm) as bar:
        while chunk := file.read(CHUNK):
            running.update(chunk)
            bar.update(len(chunk))
    return running.hexdigest()


def verify(path: Path, checksum: str) -> None:
    """Raises ChecksumError unless the file has this checksum, `algorithm:hex`."""
    _compare(path, checksum, str(path))


def check(path: Path, name: str, published: str | None, thing: str) -> str:
    """The checksum of `path`, found to be the published or else the recorded one of file `name`.

    With neither it is the file's sha256.  Raises ChecksumError, which calls the file `thing`.
    """
    ledger = path.parent / LEDGER
    recorded = None if published else entries(path.parent).get(name, {}).get("recorded")
    if not (expected := published or recorded):
        return f"{FIRST}:{digest(path, FIRST)}"
    note = f", as recorded in {ledger} at the first download" if recorded else ""
    cure = f"; to accept the new file remove the entry {name!r} there" if recorded else ""
    _compare(path, expected, thing, note, cure)
    return expected


def _compare(path: Path, expected: str, thing: str, note: str = "", cure: str = "") -> None:
    algorithm = expected.partition(":")[0]
    if (found := f"{algorithm}:{digest(path, algorithm)}") != expected:
        raise ChecksumError(f"{thing}: expected {expected}{note}, found {found}{cure}")


def known_good(path: Path, published: str | None) -> bool:
    """Whether the file was found good before, and has its size and its time of change still."""
    entry, stat = entries(path.parent).get(path.name, {}), path.stat()
    expected = published or entry.get("recorded")
    seen = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "digest": expected}
    return seen.items() <= entry.items()


def remember(path: Path, checksum: str, published: str | None) -> None:
    """Note in checksums.json that the file was found to have this checksum."""
    stat = path.stat()
    entry = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "digest": checksum}
    entry |= {} if published else {"recorded": checksum}
    ledger = path.parent / LEDGER
    try:
        with locked(path.parent / f"{LEDGER}.lock"):
            text = json.dumps(entries(path.parent) | {path.name: entry}, indent=1, sort_keys=True)
            atomic.write(ledger, text + "\n")
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise  # in a folder that may only be read, the file is read through each time


def entries(folder: Path) -> dict[str, dict]:
    """What checksums.json of the folder holds; {} without one.  Raises DataError."""
    ledger = folder / LEDGER
    try:
        held = json.loads(ledger.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise DataError(f"{ledger}: is not JSON ({error}): mend or remove it") from None
    if not isinstance(held, dict) or not all(isinstance(entry, dict) for entry in held.values()):
        raise DataError(f"{ledger}: is not a table of files: mend or remove it")
    return held
