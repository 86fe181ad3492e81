"""Protobuf by hand, for the tests: written from the format's description, not from our reader."""

import struct


def varint(value: int) -> bytes:
    value %= 2**64
    digits = []
    while True:
        value, low = divmod(value, 128)
        digits.append(low + (128 if value else 0))
        if not value:
            return bytes(digits)


def tag(number: int, wire: int) -> bytes:
    return varint(number * 8 + wire)


def integer(number: int, value: int) -> bytes:
    return tag(number, 0) + varint(value)


def nested(number: int, payload: bytes | str) -> bytes:
    payload = payload.encode() if isinstance(payload, str) else payload
    return tag(number, 2) + varint(len(payload)) + payload


def packed(number: int, values, code: str = "f") -> bytes:
    return nested(number, struct.pack(f"<{len(values)}{code}", *values))


def unpacked(number: int, values, code: str = "f") -> bytes:
    start = tag(number, 5 if code == "f" else 1)
    return b"".join(start + struct.pack(f"<{code}", value) for value in values)


def dims(*sizes: int) -> bytes:
    return nested(7, nested(1, b"".join(varint(size) for size in sizes)))


def layer(name: str, *blobs: bytes, type: str = "Convolution") -> bytes:
    words = nested(1, name) + (nested(2, type) if type else b"")
    return nested(100, words + b"".join(nested(7, blob) for blob in blobs))
