"""The bytes of a file: mapped, so that only what is looked at is read; unpacked first, if gzip."""

import gzip
import mmap
import os
import stat
import zlib
from io import BufferedReader
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .errors import CaffemodelError

CHUNK = 1 << 22  # bytes


class Numbers(NamedTuple):
    """Where `count` numbers of little-endian `dtype` lie, `stride` bytes from one to the next."""

    start: int
    count: int
    dtype: str
    stride: int


class Mapped:
    """data: mmap or bytearray, to be indexed and sliced; name: the file as the caller called it.

    Raises CaffemodelError if the file cannot be read or its gzip data is broken.
    """

    def __init__(self, path: str | PathLike):
        self.name = str(path)
        try:
            with Path(path).open("rb") as file:
                self.data = _gunzip(file) if file.peek(2)[:2] == b"\x1f\x8b" else _mapped(file)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise CaffemodelError(f"{path}: broken gzip data ({error}): fetch it again") from error
        except OSError as error:
            raise CaffemodelError(f"{path}: cannot be read: {error.strerror}") from error

    def view(self, numbers: Numbers) -> np.ndarray:
        """The numbers where they lie, read-only; to be dropped before `close`."""
        start, count, dtype, stride = numbers
        view = np.ndarray(count, dtype, self.data, start, (stride,))
        view.flags.writeable = False
        return view

    def copy(self, numbers: Numbers, target: np.ndarray) -> None:
        """Copies the numbers into float32 (count,), forgetting each piece of the file behind it."""
        start, count, dtype, stride = numbers
        step = CHUNK // stride
        for done in range(0, count, step):
            piece = target[done : done + step]
            at = start + done * stride
            # Caffe: a double too large becomes infinite, without a word.
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                piece[:] = self.view(Numbers(at, len(piece), dtype, stride))
            self.release(at, at + len(piece) * stride)

    def release(self, start: int, end: int) -> None:
        """Lets go of the memory behind bytes start to end; looked at again, they are read again."""
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            start -= start % mmap.PAGESIZE
            self.data.madvise(mmap.MADV_DONTNEED, start, min(end, len(self.data)) - start)

    def close(self) -> None:
        """Unmaps the file; a view that an exception still holds keeps it until then."""
        if isinstance(self.data, mmap.mmap):
            try:
                self.data.close()
            except BufferError:
                self.data = b""


def _mapped(file: BufferedReader) -> mmap.mmap | bytes:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return file.read()  # a pipe, or nothing, which cannot be mapped
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _gunzip(file: BufferedReader) -> bytearray:
    data = bytearray()
    with gzip.open(file) as unpacked:
        while chunk := unpacked.read(CHUNK):
            data += chunk
    return data
