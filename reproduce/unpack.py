"""Archives into folders: all of an archive or none of it, and nothing outside the folder.

The members are first written into FOLDER/.NAME.unpacking, then moved into place, each tree that is
not there yet in one step; what is there already stays as it is.  Owners, modes and times of the
archive are not kept.

Errors  DataError, which names the archive and the member: a path that is absolute or has `..`, or
        goes through a link; a link that points outside; a device.  DataError also for an archive
        that is damaged or cut short (not seen in a tar cut just between two members), and for a
        folder that cannot be written.
"""

import gzip
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import IO, NamedTuple

from .byte_bar import byte_bar
from .errors import DataError
from .lock import locked

TAR_MODES = {".tar": "r:", ".tar.gz": "r:gz", ".tgz": "r:gz"}
TAR_KINDS = {tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "link", tarfile.LNKTYPE: "hard link"}
ZIP_KINDS = {0: "file", stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    OverflowError,
)
CHUNK = 1 << 20


class Member(NamedTuple):
    name: str
    kind: str  # "file", "folder", "link", "hard link"; any other is refused
    target: str  # of a link
    open: Callable[[], IO[bytes]]  # of a file


def unpack(archive: Path, folder: Path) -> None:
    """Bring the contents of a .tar, .tar.gz, .tgz or .zip into `folder`, made if it is missing.

    Raises DataError, and then leaves nothing of a refused archive behind.
    """
    archive, folder = Path(archive), Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / f".{archive.name}.lock"):
            _unpack(archive, folder, folder / f".{archive.name}.unpacking")
    except DataError:
        raise
    except (*DAMAGE, ValueError) as error:  # ValueError: a zero byte in a name
        raise DataError(f"{archive}: is damaged or cut short ({error}): fetch it again") from None
    except (OSError, RuntimeError) as error:  # zipfile: RuntimeError for what needs a password
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{archive}: cannot be unpacked into {folder}: {reason}") from error


def _unpack(archive: Path, folder: Path, fresh: Path) -> None:
    shutil.rmtree(fresh, ignore_errors=True)  # left by a process that was killed
    try:
        fresh.mkdir()
        _extract(archive, fresh)
        for item, place in list(_moves(fresh, folder)):
            item.replace(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _extract(archive: Path, fresh: Path) -> None:
    links = []
    with (
        archive.open("rb") as raw,
        byte_bar(total=archive.stat().st_size, desc=archive.name) as bar,
    ):
        for member in _members(archive, raw):
            try:
                _write(member, fresh)
            except DataError as error:
                raise DataError(f"{archive}: member {member.name!r} {error}") from None
            links += [member] if member.kind == "link" else []
            bar.update(max(0, raw.tell() - bar.n))
    for link in links:  # only now: what a link points to depends on the links after it
        if not _is_inside(_place(fresh, link.name, last=False), fresh):
            raise DataError(
                f"{archive}: member {link.name!r} is a link to {link.target!r}, outside"
            )


def _members(archive: Path, raw: IO[bytes]) -> Iterator[Member]:
    name = archive.name.lower()
    if name.endswith(".zip"):
        return _zip_members(raw)
    for suffix, mode in TAR_MODES.items():
        if name.endswith(suffix):
            return _tar_members(raw, mode)
    raise DataError(f"{archive}: expected .zip, {', '.join(TAR_MODES)}")


def _tar_members(raw: IO[bytes], mode: str) -> Iterator[Member]:
    with tarfile.open(fileobj=raw, mode=mode, tarinfo=_Header) as tar:
        for info in tar:
            kind = "file" if info.isreg() else TAR_KINDS.get(info.type, "device")
            yield Member(info.name, kind, info.linkname, lambda info=info: tar.extractfile(info))


class _Header(tarfile.TarInfo):
    """A header that must be right: tarfile itself takes a broken one for the end of the tar."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> "tarfile.TarInfo":
        try:
            return super().fromtarfile(tar)
        except (tarfile.TruncatedHeaderError, tarfile.InvalidHeaderError) as error:
            raise tarfile.ReadError(str(error)) from None


def _zip_members(raw: IO[bytes]) -> Iterator[Member]:
    with zipfile.ZipFile(raw) as archive:
        for info in archive.infolist():
            kind = ZIP_KINDS.get(stat.S_IFMT(info.external_attr >> 16), "device")
            kind = "folder" if info.is_dir() else kind
            target = archive.read(info).decode() if kind == "link" else ""
            yield Member(info.filename, kind, target, lambda info=info: archive.open(info))


def _write(member: Member, fresh: Path) -> None:
    path = _place(fresh, member.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.kind == "folder":
        path.mkdir(exist_ok=True)
    elif member.kind == "file":
        path.unlink(missing_ok=True)  # an archive may hold a file twice; a hard link keeps its own
        with member.open() as source, path.open("xb") as sink:
            shutil.copyfileobj(source, sink, CHUNK)
    elif member.kind == "link":
        path.symlink_to(member.target)
    elif member.kind == "hard link":
        path.hardlink_to(_place(fresh, member.target))
    else:
        raise DataError("is a device, expected a file, a folder or a link")


def _place(fresh: Path, name: str, last: bool = True) -> Path:
    """Where in `fresh` the member `name` is; neither a parent nor, if `last`, itself is a link."""
    name_parts = PureWindowsPath(name)  # knows both slashes, and drives
    if name_parts.anchor or ".." in name_parts.parts:
        raise DataError(f"leads outside, by {name!r}, expected a path below the folder")
    path = fresh.joinpath(*name_parts.parts)
    inner = [place for place in (path, *path.parents) if fresh in place.parents]
    for place in inner if last else inner[1:]:
        if place.is_symlink():
            raise DataError(f"goes through the link {place.relative_to(fresh).as_posix()!r}")
    return path


def _is_inside(link: Path, folder: Path) -> bool:
    return Path(os.path.realpath(link)).is_relative_to(os.path.realpath(folder))


def _moves(fresh: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    """What `folder` lacks, from where to where: whole trees where it can be."""
    for item in sorted(fresh.iterdir()):
        place, is_folder = folder / item.name, item.is_dir() and not item.is_symlink()
        if not place.exists() and not place.is_symlink():
            yield item, place
        elif is_folder and place.is_dir():
            yield from _moves(item, place)
        elif is_folder or place.is_dir():
            raise DataError(f"{place}: is in the way, the archive has another kind of thing there")
