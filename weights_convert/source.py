"""The two files that a net was loaded from, how, and what identifies them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .prototxt import Message, write_prototxt

CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class Source:
    """A prototxt, or the message of one, and a caffemodel.

    loading: arguments of load_net that chose the net; partial and generator are of no matter.
    about: what else is to be written beside the net, of JSON's types; weights_convert does not
        read it.
    """

    prototxt: Path | Message
    caffemodel: Path
    loading: Mapping[str, object] = field(default_factory=dict)
    about: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The prototxt, read as UTF-8; bytes that are none, which comments may hold, as U+FFFD."""
        return self._bytes.decode("utf-8", "replace")

    def sha256(self) -> dict[str, str]:
        """Of each file, as it lies on the disk; of a message, of its text."""
        prototxt = hashlib.sha256(self._bytes).hexdigest()
        return {"prototxt": prototxt, "caffemodel": _digest(self.caffemodel)}

    @cached_property
    def _bytes(self) -> bytes:
        if isinstance(self.prototxt, Message):
            return write_prototxt(self.prototxt).encode()
        return self.prototxt.read_bytes()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
