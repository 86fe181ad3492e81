"""The two files that a net was loaded from, and what identifies them."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class Source:
    """A prototxt and a caffemodel."""

    prototxt: Path
    caffemodel: Path

    @cached_property
    def text(self) -> str:
        """The prototxt, read as UTF-8; bytes that are none, which comments may hold, as U+FFFD."""
        return self.prototxt.read_bytes().decode("utf-8", "replace")

    def sha256(self) -> dict[str, str]:
        """Of each file, as it lies on the disk."""
        return {"prototxt": _digest(self.prototxt), "caffemodel": _digest(self.caffemodel)}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
