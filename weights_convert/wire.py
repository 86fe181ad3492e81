"""Protobuf's wire format: the fields of a message that lies in a buffer, none of them copied.

Units   every position is a byte, counted from the start of the buffer.
Errors  CaffemodelError, "FILE: byte N: what is wrong".
Source  protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .errors import CaffemodelError
from .mapped import Mapped, Numbers

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
WIDTH = {FIXED64: 8, FIXED32: 4}
KIND = {VARINT: "a varint", FIXED64: "64 bits", LENGTH: "bytes with a length", FIXED32: "32 bits"}
SCAN = 1 << 20  # tags compared at a time


class Field(NamedTuple):
    """One field, or, of fixed width and with a tag of one byte, all its repetitions in a row."""

    number: int
    wire: int
    at: int  # of its tag
    start: int  # of its value
    end: int
    value: int  # VARINT: the number, unsigned; LENGTH: how many bytes; FIXED: how many repetitions


@dataclass(frozen=True)
class Message:
    """The bytes start to end of a file, to be read as a message."""

    file: Mapped
    start: int
    end: int

    def fields(self) -> Iterator[Field]:
        """The fields in file order."""
        at = self.start
        while at < self.end:
            field = self._field(at)
            yield field
            at = field.end

    def number(self, field: Field) -> int:
        """The value of an int32, int64 or enum field."""
        self._expect(field, VARINT)
        return signed(field.value)

    def numbers(self, field: Field) -> Iterator[int]:
        """The values of a repeated int32 or int64 field, packed or not."""
        if field.wire == VARINT:
            yield signed(field.value)
            return
        packed, at = self.inside(field), field.start
        while at < field.end:
            value, at = packed._varint(at)
            yield signed(value)

    def text(self, field: Field) -> str:
        """The value of a string field."""
        self._expect(field, LENGTH)
        try:
            return bytes(self.file.data[field.start : field.end]).decode()
        except UnicodeDecodeError:
            raise self.error(field.at, f"field {field.number} is not UTF-8 text") from None

    def raw(self, field: Field) -> np.ndarray:
        """The bytes of the field, its tag included: uint8, where they lie, read-only."""
        return self.file.view(Numbers(field.at, field.end - field.at, "u1", 1))

    def inside(self, field: Field) -> "Message":
        """The message in a message field."""
        self._expect(field, LENGTH)
        return Message(self.file, field.start, field.end)

    def floats(self, field: Field, dtype: str) -> Numbers:
        """Where the values of a float ("<f4") or double ("<f8") field lie, packed or not."""
        width = np.dtype(dtype).itemsize
        if WIDTH.get(field.wire) == width:
            return Numbers(field.start, field.value, dtype, width + 1)
        self._expect(field, LENGTH)
        if field.value % width:
            raise self.error(field.at, f"{field.value} bytes of numbers of {width} bytes each")
        return Numbers(field.start, field.value // width, dtype, width)

    def error(self, at: int, text: str) -> CaffemodelError:
        return CaffemodelError(f"{self.file.name}: byte {at}: {text}")

    def _expect(self, field: Field, wire: int) -> None:
        # Caffe: protobuf drops a field it knows that has the wire type of another; we refuse it.
        if field.wire != wire:
            found = KIND[field.wire]
            raise self.error(field.at, f"field {field.number} is {found}, expected {KIND[wire]}")

    def _field(self, at: int) -> Field:
        tag, start = self._varint(at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29 or wire not in KIND:
            raise self.error(at, f"no field begins here (number {number}, wire type {wire})")
        if wire == VARINT:
            value, end = self._varint(start)
        elif wire == LENGTH:
            value, start = self._varint(start)
            end = start + value
        else:
            value = self._repetitions(at, start, WIDTH[wire])
            end = start + WIDTH[wire] + (value - 1) * (WIDTH[wire] + 1)
        if end > self.end:
            raise self.error(at, f"field {number} takes {end - start} bytes{self._rest(start)}")
        return Field(number, wire, at, start, end, value)

    def _varint(self, at: int) -> tuple[int, int]:
        """The unsigned 64-bit number at `at`, and the byte after it."""
        value = 0
        for place in range(10):
            if at + place >= self.end:
                raise self.error(at, f"a number does not end{self._rest(at)}")
            byte = self.file.data[at + place]
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                return value & (1 << 64) - 1, at + place + 1
        raise self.error(at, "a number longer than 10 bytes")

    def _repetitions(self, at: int, start: int, width: int) -> int:
        """How many fields with the tag that lies at `at` follow each other, at least one."""
        if start - at > 1:
            return 1
        count, step = 1, 64  # growing, so that the cost is that of the run and not of the rest
        tags = self.file.view(Numbers(at, (self.end - at) // (width + 1), "u1", width + 1))
        while count < len(tags):
            others = np.flatnonzero(tags[count : count + step] != tags[0])
            if others.size:
                return count + int(others[0])
            self.file.release(at + count * (width + 1), at + (count + step) * (width + 1))
            count, step = min(count + step, len(tags)), min(2 * step, SCAN)
        return count

    def _rest(self, at: int) -> str:
        if self.end == len(self.file.data):
            return f", but the file ends after {self.end - at}: is it cut short? Fetch it again"
        return f", but its message ends after {self.end - at}"


def signed(value: int) -> int:
    """The two's complement number that protobuf stores as unsigned `value`."""
    return value - (1 << 64) if value >> 63 else value


def varint(value: int) -> bytes:
    """The bytes of an unsigned number.

    >>> varint(300)
    b'\\xac\\x02'
    """
    low = bytearray()
    while value > 0x7F:
        low.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(low) + bytes([value])


def head(number: int, length: int) -> bytes:
    """The bytes that announce field `number` with `length` bytes after them."""
    return varint(number << 3 | LENGTH) + varint(length)
