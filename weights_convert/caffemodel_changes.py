"""In which ways a blob written anew is not, byte for byte, the blob that was read."""

from collections.abc import Iterator, Mapping

import numpy as np

from .blobproto import DATA, DOUBLE_DATA, NUM, SHAPE, WIDTH, Blob
from .caffemodel_writer import Piece
from .mapped import CHUNK, Numbers
from .wire import Message

KNOWN = {*range(NUM, WIDTH + 1), DATA, SHAPE, DOUBLE_DATA}
SHOWN = 2  # places named for each change


def blob_changes(blob: Blob, source: Message, array: np.ndarray, pieces: list[Piece]) -> list[str]:
    """What became of `blob`, in its file `source`, when `array` was written as `pieces`."""
    bytes = source.file.view(Numbers(source.start, source.end - source.start, "u1", 1))
    if _same(bytes, pieces):
        return []
    found = []
    if blob.legacy:
        found.append("four-number shapes became plain shapes")
    if any(part.dtype == "<f8" for part in blob.parts):
        found.append("64-bit numbers became 32-bit ones")
    if any(part.stride > np.dtype(part.dtype).itemsize for part in blob.parts):
        found.append("numbers that were stored one by one are packed")
    if blob.read().tobytes() != np.ascontiguousarray(array, "<f4").tobytes():
        found.append("numbers changed")
    if {field.number for field in source.fields()} - KNOWN:
        found.append("what is neither number nor shape, such as diff, was left out")
    return found or ["numbers were put before the shape, as Caffe has them"]


def told(changes: Mapping[str, list[str]]) -> list[str]:
    """Each change with the first places where it is.

    >>> told({"numbers changed": ["layer 'a' blob 0", "layer 'a' blob 1", "layer 'b' blob 0"]})
    ["numbers changed (layer 'a' blob 0, layer 'a' blob 1 and 1 more)"]
    """
    return [f"{change} ({_places(places)})" for change, places in changes.items()]


def _places(places: list[str]) -> str:
    more = len(places) - SHOWN
    return ", ".join(places[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _same(source: np.ndarray, pieces: list[Piece]) -> bool:
    start = 0
    for part in _chunks(pieces):
        if not np.array_equal(source[start : start + len(part)], part):
            return False
        start += len(part)
    return start == len(source)


def _chunks(pieces: list[Piece]) -> Iterator[np.ndarray]:
    for piece in pieces:
        data = np.frombuffer(piece, np.uint8) if isinstance(piece, bytes) else piece
        data = data.reshape(-1).view(np.uint8)
        for start in range(0, len(data), CHUNK):
            yield data[start : start + CHUNK]
