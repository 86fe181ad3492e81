"""Writes a caffemodel that Caffe reads back bit for bit, in the field order of Caffe's own files.

Errors  ConvertError for what a caffemodel cannot hold: numbers float32 has not, more than 2 GiB.
Source  BVLC/caffe src/caffe/net.cpp (ToProto), src/caffe/blob.cpp (ToProto)
"""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import BinaryIO

import numpy as np

from . import blobproto, caffemodel
from .atomic import replacing
from .errors import ConvertError
from .wire import head, varint

CHUNK = 1 << 24  # bytes written at a time
MAX_BYTES = 2**31 - 1  # protobuf's

Piece = bytes | np.ndarray  # the file is a list of these; arrays are "<f4" and C-contiguous


def write_caffemodel(
    path: str | PathLike,
    params: Mapping[str, Sequence[np.ndarray]],
    types: Mapping[str, str] | None = None,
    name: str = "",
) -> None:
    """Writes {layer name: [array, ...]}, in this order, to `path`; gzipped if that ends in .gz.

    params: arrays or tensors of any dtype whose numbers float32 holds exactly.
    types: layer name -> Caffe's layer type, where known; name: the net's.
    """
    pieces = string(caffemodel.NAME, name, "net name")
    for layer, blobs in params.items():
        pieces += within(caffemodel.LAYER, layer_pieces(layer, (types or {}).get(layer, ""), blobs))
    write_pieces(path, pieces)


def write_pieces(path: str | PathLike, pieces: list[Piece]) -> None:
    """Writes a file of these pieces to `path`; gzipped if that ends in .gz."""
    if (size := length(pieces)) > MAX_BYTES:
        raise ConvertError(f"{path}: would take {size} bytes, Caffe reads at most {MAX_BYTES}")
    with replacing(path) as file, _packed(file, str(path)) as sink:
        for piece in pieces:
            _write(sink, piece)


def layer_pieces(
    name: str, type: str, blobs: Sequence, wires: Sequence[tuple[int, str]] = ()
) -> list[Piece]:
    """The message of a layer, as Caffe writes it; wires: field number and name of a blob."""
    if hasattr(blobs, "shape"):
        raise ConvertError(f"layer {name!r}: one array, expected a list of its blobs")
    form = caffemodel.V2
    pieces = string(form.name, name, "layer name")
    pieces += string(form.type, type, f"layer {name!r}: type")
    for number, wire in wires:
        pieces += string(number, wire, f"layer {name!r}: blob name")
    for index, blob in enumerate(blobs):
        pieces += within(form.blobs, blob_pieces(blob, f"layer {name!r} blob {index}"))
    return pieces


def blob_pieces(blob: np.ndarray, owner: str) -> list[Piece]:
    """The message of a blob, as Caffe writes it; `owner` names it in errors."""
    array = float32(blob, owner)
    pieces = within(blobproto.DATA, [array]) if array.size else []
    if array.shape:  # Caffe: a scalar has no shape field.
        dims = b"".join(map(varint, array.shape))
        pieces += within(blobproto.SHAPE, within(blobproto.DIM, [dims]))
    return pieces


def float32(blob: np.ndarray, owner: str) -> np.ndarray:
    """The blob as C-contiguous "<f4".  Raises ConvertError if that is not the same numbers."""
    tensor = blob.detach().cpu() if hasattr(blob, "detach") else blob
    try:
        array = np.asarray(tensor)
    except (TypeError, ValueError) as error:
        raise ConvertError(f"{owner}: not an array of numbers: {error}") from error
    if array.ndim > blobproto.MAX_AXES or array.size > blobproto.MAX_COUNT:
        raise ConvertError(f"{owner}: shape {array.shape} is more than a Caffe blob holds")
    if array.dtype.kind not in "fiub" or not _exact(array):
        raise ConvertError(
            f"{owner}: {array.dtype} numbers that float32 cannot hold exactly, "
            f"round them first with astype(float32)"
        )
    return np.asarray(array, "<f4", order="C")


def _exact(array: np.ndarray) -> bool:
    if not array.size or (array.dtype.kind == "f" and array.dtype.itemsize <= 4):
        return True
    if array.dtype.kind in "iu" and max(-int(array.min()), int(array.max())) > 2**53:
        return False  # the way back would overflow
    with np.errstate(over="ignore"):
        back = array.astype(np.float32).astype(array.dtype)
    return np.array_equal(back, array, equal_nan=array.dtype.kind == "f")


def string(number: int, text: str, what: str) -> list[Piece]:
    """Field `number` with `text`, none if that is empty; `what` names it in errors."""
    try:
        return within(number, [text.encode()]) if text else []
    except (AttributeError, UnicodeEncodeError):
        raise ConvertError(f"{what} {text!r}: expected UTF-8 text") from None


def within(number: int, pieces: list[Piece]) -> list[Piece]:
    """Field `number` with a message of these pieces."""
    return [head(number, length(pieces)), *pieces]


def length(pieces: list[Piece]) -> int:
    """How many bytes they are."""
    return sum(len(piece) if isinstance(piece, bytes) else piece.nbytes for piece in pieces)


def _write(sink: BinaryIO, piece: Piece) -> None:
    data = piece if isinstance(piece, bytes) else piece.reshape(-1).view(np.uint8)
    for start in range(0, len(data), CHUNK):
        sink.write(data[start : start + CHUNK])


@contextmanager
def _packed(file: BinaryIO, path: str) -> Iterator[BinaryIO]:
    """`file`, or what gzips into it; without a time, so that the same blobs give the same bytes."""
    if not path.endswith(".gz"):
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as sink:
        yield sink
