"""Arrays of MATLAB's .mat files of version 5 to 7, or a refusal with the file's name.

Read here and not by scipy.io.loadmat, which a damaged file makes crash the interpreter (1.17.1).

Errors  DataError for a file that is missing, broken or of version 7.3 (which is HDF5), for a
        variable it does not have and for one that is not what was asked for.
Source  MathWorks, "MAT-File Format": level 5
"""

import math
import struct
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import DataError

HDF5 = b"\x89HDF\r\n\x1a\n"
HEADER = 128  # bytes before the first element
ORDERS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}  # version and byte order, the header's end
MATRIX, COMPRESSED = 14, 15  # types of an element
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4"}  # types of numbers
STORED |= {9: "f8", 12: "i8", 13: "u8"}
# The classes of matrices of numbers, which are counted from 6.
CLASSES = dict(enumerate(("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"), 6))
OTHERS = {1: "cell", 2: "struct", 3: "object", 4: "text", 5: "sparse matrix"}
STRUCT, COMPLEX, SHORT = 2, 0x800, 4  # a class; a flag; bytes that fit into a tag


class Matrix(NamedTuple):
    """A variable, or a field of a struct."""

    name: str
    flags: int  # the class in the lowest 8 bits
    shape: tuple[int, ...]
    parts: list[tuple[int, memoryview]]  # type and bytes of what follows the name
    order: str

    @property
    def kind(self) -> int:
        return self.flags & 255


def variable(path: Path, name: str) -> np.ndarray:
    """The numbers of a variable; `GTcls.Segmentation` is a field of the struct `GTcls`."""
    whole, *fields = name.split(".")
    try:
        found = _one(_variables(path.read_bytes()), whole, path, "variables")
        for field in fields:
            found = _one(_fields(found), field, path, f"fields of {whole}")
            whole = f"{whole}.{field}"
        if found.kind not in CLASSES or found.flags & COMPLEX:
            what = OTHERS.get(found.kind, "matrix of another kind")
            raise DataError(f"{path}: {name} is a {what}, expected an array of real numbers")
        return _numbers(found)
    except FileNotFoundError:
        raise DataError(f"{path}: the .mat file is missing") from None
    except DataError:
        raise
    except (OSError, ValueError, struct.error, zlib.error) as error:
        raise DataError(f"{path}: cannot be read as a .mat file: {error}") from error


def labels(path: Path, name: str, dtypes: Collection[str]) -> np.ndarray:
    """The variable if it is a map (H, W) whose dtype is one of `dtypes`, such as ("uint16",)."""
    label = variable(path, name)
    expected = f"expected height x width of {' or '.join(dtypes)}"
    if label.dtype.name not in dtypes:
        raise DataError(f"{path}: {name} is of dtype {label.dtype}, {expected}")
    if label.ndim != 2 or not label.size:
        raise DataError(f"{path}: {name} has the shape {label.shape}, {expected}")
    return label


def _one(values: dict[str, Matrix], name: str, path: Path, what: str) -> Matrix:
    if name not in values:
        found = ", ".join(values) or "none"
        raise DataError(f"{path}: has no {name}: the {what} are {found}, expected {name}")
    return values[name]


def _variables(data: bytes) -> dict[str, Matrix]:
    if HDF5 in data[: 512 + len(HDF5)]:  # MATLAB puts a header of 512 bytes before it
        raise ValueError("it is of version 7.3 (HDF5), save it in MATLAB with `-v7`")
    if not (order := ORDERS.get(data[HEADER - 4 : HEADER])):
        raise ValueError("it has no header of version 5 to 7")
    whole = []
    for kind, content in _elements(memoryview(data)[HEADER:], order):
        if kind == COMPRESSED:
            whole += _elements(memoryview(zlib.decompress(content)), order)
        else:
            whole.append((kind, content))
    matrices = [_matrix(content, order) for kind, content in whole if kind == MATRIX]
    return {matrix.name: matrix for matrix in matrices if matrix.name}


def _fields(matrix: Matrix) -> dict[str, Matrix]:
    """The fields of a struct of 1 x 1; {} of anything else."""
    if matrix.kind != STRUCT or math.prod(matrix.shape) != 1 or len(matrix.parts) < 2:
        return {}
    (_, length), (_, text), *values = matrix.parts
    (size,) = struct.unpack(f"{matrix.order}i", length)
    names = [bytes(text[at : at + size]) for at in range(0, len(text), max(size, 1))]
    fields = zip(names, values, strict=True)
    return {_text(name): _matrix(content, matrix.order) for name, (_, content) in fields}


def _matrix(content: memoryview, order: str) -> Matrix:
    parts = list(_elements(content, order))
    if len(parts) < 3:
        raise ValueError(f"a matrix has {len(parts)} parts, expected at least 3")
    (_, flags), (_, shape), (_, name), *rest = parts
    shape = tuple(np.frombuffer(shape, f"{order}i4").tolist())
    return Matrix(_text(name), *struct.unpack_from(f"{order}I", flags), shape, rest, order)


def _numbers(matrix: Matrix) -> np.ndarray:
    """MATLAB stores numbers in the smallest type that holds them, by columns."""
    if not matrix.parts or (kind := matrix.parts[0][0]) not in STORED:
        raise ValueError(f"{matrix.name} has no numbers")
    stored = np.frombuffer(matrix.parts[0][1], matrix.order + STORED[kind])
    if min(matrix.shape, default=-1) < 0 or math.prod(matrix.shape) != len(stored):
        raise ValueError(f"{matrix.name} has {len(stored)} numbers for the shape {matrix.shape}")
    with np.errstate(invalid="ignore"):
        return stored.astype(CLASSES[matrix.kind]).reshape(matrix.shape, order="F")


def _elements(data: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """Type and content of each of the elements in a row."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from(f"{order}2I", data, at)
        start = at + 8
        if kind >> 16:  # a short element: type and size share the first word
            kind, size, start = kind & 0xFFFF, kind >> 16, at + SHORT
        if size > (SHORT if start < at + 8 else len(data) - start):
            raise ValueError(f"an element of {size} bytes is cut short")
        yield kind, data[start : start + size]
        # Only a compressed element is not filled up to a multiple of 8 bytes.
        at = start + size if kind == COMPRESSED else -(-(start + size) // 8) * 8


def _text(name: bytes | memoryview) -> str:
    return bytes(name).split(b"\0")[0].decode("latin-1")
