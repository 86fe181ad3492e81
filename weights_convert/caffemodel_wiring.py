"""What a caffemodel says of a layer besides its arrays: Caffe saves the net's definition with them.

Source  BVLC/caffe src/caffe/proto/caffe.proto (LayerParameter, V1LayerParameter, V0LayerParameter,
        ParamSpec, CropParameter)
"""

from collections.abc import Iterator
from typing import NamedTuple

from .caffemodel import V0, V0_LAYER, V1, V2, LayerBlobs
from .wire import Message

LR_MULT, OFFSET = 3, 2  # of ParamSpec, of CropParameter


class Place(NamedTuple):
    """Field numbers: of the blob names, of what holds the learning rates, of crop_param."""

    bottom: int
    top: int
    lr: int
    crop: int = 0  # no field has this number


PLACES = {V2: Place(3, 4, 6, 144), V1: Place(2, 3, 7), V0: Place(2, 3, 51)}


class Wiring(NamedTuple):
    """lr_mults: of the first blobs, 1 for the others; crop_offset: as stated, () if none is."""

    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    lr_mults: tuple[float, ...]
    crop_offset: tuple[int, ...]


def wiring(layer: LayerBlobs) -> Wiring:
    """The Wiring of a layer whose file is still open; empty if that is HDF5.

    Raises CaffemodelError if it is damaged.
    """
    if layer.message is None:
        return Wiring((), (), (), ())
    place, message = PLACES[layer.form], layer.message
    return Wiring(
        tuple(_texts(message, place.bottom)),
        tuple(_texts(message, place.top)),
        tuple(_lr_mults(layer, place)),
        tuple(_offsets(message, place)),
    )


def learnable(layer: LayerBlobs) -> int:
    """How many of its numbers training would change: those of blobs with lr_mult other than 0."""
    rates = wiring(layer).lr_mults
    rates += (1.0,) * (len(layer.blobs) - len(rates))
    return sum(blob.size for blob, rate in zip(layer.blobs, rates, strict=False) if rate)


def _texts(message: Message, number: int) -> Iterator[str]:
    return (message.text(entry) for entry in message.fields() if entry.number == number)


def _lr_mults(layer: LayerBlobs, place: Place) -> Iterator[float]:
    message = layer.message
    if layer.form is V0:
        [inner] = _within(message, V0_LAYER)[-1:]
        yield from _floats(inner, place.lr)
    elif layer.form is V1:
        yield from _floats(message, place.lr)
    else:
        for block in _within(message, place.lr):
            yield next(_floats(block, LR_MULT), 1.0)


def _offsets(message: Message, place: Place) -> Iterator[int]:
    for crop in _within(message, place.crop):
        for entry in crop.fields():
            if entry.number == OFFSET:
                yield from crop.numbers(entry)


def _within(message: Message, number: int) -> list[Message]:
    return [message.inside(entry) for entry in message.fields() if entry.number == number]


def _floats(message: Message, number: int) -> Iterator[float]:
    for entry in message.fields():
        if entry.number == number:
            yield from message.file.view(message.floats(entry, "<f4")).tolist()
