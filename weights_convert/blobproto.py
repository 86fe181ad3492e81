"""BlobProto: one array of a Caffe file, found and checked, and copied only when asked for.

Errors  CaffemodelError if the shape is absurd or does not fit the numbers that are there.
Source  BVLC/caffe src/caffe/proto/caffe.proto (BlobProto), blob.cpp (FromProto, ShapeEquals)
"""

import math
from dataclasses import dataclass, field

import numpy as np

from .errors import ShapeError
from .mapped import Mapped, Numbers
from .wire import LENGTH, Message

NUM, CHANNELS, HEIGHT, WIDTH, DATA, SHAPE, DOUBLE_DATA = 1, 2, 3, 4, 5, 7, 8
DIM = 1  # of BlobShape
MAX_AXES, MAX_COUNT = 32, 2**31 - 1  # Caffe's


@dataclass(frozen=True)
class Blob:
    """An array in a file.  shape: as the file says it; legacy: by num, channels, height, width."""

    shape: tuple[int, ...]
    legacy: bool = False
    parts: tuple[Numbers, ...] = field(default=(), repr=False)
    file: Mapped | None = field(default=None, repr=False, compare=False)

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    def read(self) -> np.ndarray:
        """Its numbers as a new float32 array of its shape."""
        array = np.empty(self.shape, np.float32)
        self.read_into(array)
        return array

    def read_into(self, array: np.ndarray) -> None:
        """Copies its numbers into `array`: float32, C-contiguous, `size` elements of any shape.

        Raises ShapeError if the array is not such a one.
        """
        fits = array.dtype == np.float32 and array.flags.c_contiguous and array.flags.writeable
        if not fits or array.size != self.size:
            raise ShapeError(
                f"{array.dtype} array of shape {array.shape}: cannot hold blob {self.shape}, "
                f"expected C-contiguous float32 with {self.size} elements"
            )
        flat, done = array.reshape(-1), 0
        for part in self.parts:
            self.file.copy(part, flat[done : done + part.count])
            done += part.count

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether Caffe takes it for a parameter of this shape."""
        # Caffe: four legacy numbers are compared from the last, (1, 1, 1, N) fits (N,).
        if self.legacy and len(shape) <= 4:
            return self.shape == (1,) * (4 - len(shape)) + tuple(shape)
        return not self.legacy and self.shape == tuple(shape)


def read_blob(message: Message, owner: str) -> Blob:
    """The blob of a BlobProto message; `owner` names it in errors, "layer 'conv1' blob 0"."""
    legacy, dims, floats, doubles = {}, [], [], []
    for entry in message.fields():
        if NUM <= entry.number <= WIDTH:
            legacy[entry.number] = message.number(entry)
        elif entry.number == SHAPE:
            dims += _dims(message.inside(entry), owner)
        elif entry.number == DATA:
            floats.append(message.floats(entry, "<f4"))
        elif entry.number == DOUBLE_DATA:
            doubles.append(message.floats(entry, "<f8"))
    # Caffe: any of the four numbers outweighs the shape, and doubles outweigh floats.
    shape = tuple(legacy.get(n, 0) for n in (NUM, CHANNELS, HEIGHT, WIDTH)) if legacy else dims
    parts = [part for part in doubles if part.count] or [part for part in floats if part.count]
    _check(message, owner, shape, sum(part.count for part in parts))
    return Blob(tuple(shape), bool(legacy), tuple(parts), message.file)


def _dims(message: Message, owner: str) -> list[int]:
    dims = []
    for entry in message.fields():
        if entry.number == DIM:
            if entry.wire == LENGTH and entry.value > 10 * MAX_AXES:
                raise message.error(entry.at, f"{owner}: more than {MAX_AXES} axes")
            dims += message.numbers(entry)
    return dims


def _check(message: Message, owner: str, shape: tuple[int, ...], found: int) -> None:
    promised, written = math.prod(shape), " x ".join(map(str, shape)) or "scalar"
    if len(shape) > MAX_AXES:
        raise message.error(message.start, f"{owner}: {len(shape)} axes, at most {MAX_AXES} can be")
    if any(dim < 0 for dim in shape) or math.prod(filter(None, shape)) > MAX_COUNT:
        raise message.error(message.start, f"{owner}: no blob has shape {written}")
    if promised != found:
        raise message.error(
            message.start,
            f"{owner}: shape {written} promises {promised} numbers, found {found}",
        )
