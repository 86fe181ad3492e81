"""A caffemodel: the arrays of a net, layer by layer.

Only the headers are looked at when a file is opened.  Today's `layer` and the older forms of
`layers` are read, gzip is unpacked, and neither Caffe nor protobuf is needed, nor torch.

Errors  CaffemodelError, with the byte or the layer that is wrong.
Source  BVLC/caffe src/caffe/proto/caffe.proto (NetParameter), src/caffe/util/upgrade_proto.cpp
"""

import dataclasses
from dataclasses import dataclass
from os import PathLike
from typing import NamedTuple

import numpy as np

from . import layertypes
from .blobproto import Blob, read_blob
from .errors import CaffemodelError
from .foreign import foreign
from .mapped import Mapped
from .wire import Field, Message

__all__ = ["Blob", "Caffemodel", "LayerBlobs", "read_caffemodel"]

NAME, LAYERS, LAYER = 1, 2, 100  # of NetParameter
V0_LAYER = 1  # of V1LayerParameter


class Form(NamedTuple):
    """The field numbers of a message that describes a layer."""

    name: int
    type: int
    blobs: int


V2, V1, V0 = Form(1, 2, 7), Form(4, 5, 6), Form(1, 2, 50)


@dataclass(frozen=True)
class LayerBlobs:
    """A layer of the file; its type in today's words, "" if the file does not tell.

    message: all that the file says of the layer; `form`: the field numbers of its name and blobs.
    """

    name: str
    type: str
    blobs: tuple[Blob, ...]
    form: Form = V2
    message: Message | None = dataclasses.field(default=None, repr=False, compare=False)


class Caffemodel:
    """An open caffemodel; `layers` are as in the file: in its order, blobs or not, names repeated.

    path: the file as the caller called it; name: the net's.  Blobs can be read until `close`.
    message: the whole file, None if it is HDF5.
    """

    message: Message | None = None
    omits_shared = False  # whether a blob that layers share stands with one of them only

    def __init__(self, file: Mapped):
        self._file, self.path, self.name = file, file.name, ""
        layers = []
        self.message = net = Message(file, 0, len(file.data))
        for field in net.fields():
            if field.number == NAME:
                self.name = net.text(field)
            elif field.number in (LAYERS, LAYER):
                layers.append((field, net.inside(field)))
        if len({field.number for field, _ in layers}) > 1:
            # Caffe: refuses such a file as well.
            raise CaffemodelError(f"{self.path}: has both `layer` and `layers`, expected only one")
        self.layers = tuple(_layer(field, message) for field, message in layers)

    @classmethod
    def open(cls, path: str | PathLike) -> "Caffemodel":
        """The caffemodel in file `path`, binary or HDF5, gzipped or not.

        Raises CaffemodelError if it cannot be read, is cut short or is something else altogether.
        """
        file = Mapped(path)
        try:
            return _kind(file)(file)
        except CaffemodelError as error:
            what = foreign(bytes(file.data[:512]))
            file.close()
            if what is None:
                raise
            raise CaffemodelError(f"{path}: not a caffemodel but {what}") from error

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "Caffemodel":
        return self

    def __exit__(self, *_) -> None:
        self.close()


def read_caffemodel(path: str | PathLike) -> dict[str, list[np.ndarray]]:
    """{layer name: [float32 array, ...]} in Caffe's blob order, layers without blobs left out.

    Raises CaffemodelError as `Caffemodel.open`.
    """
    with Caffemodel.open(path) as model:
        # Caffe: layers are copied into the net in file order, so of one name the last stays.
        last = {layer.name: layer.blobs for layer in model.layers if layer.blobs}
        if shared := [name for name, blobs in last.items() if None in blobs]:
            raise CaffemodelError(
                f"{path}: layer {shared[0]!r} shares a blob, which stands with another layer: "
                f"load_net knows the net and can tell which"
            )
        return {name: [blob.read() for blob in blobs] for name, blobs in last.items()}


def _kind(file: Mapped) -> type[Caffemodel]:
    """The class that reads `file`, by what it begins with."""
    from . import hdf5  # it is built upon this module

    return hdf5.Hdf5Model if bytes(file.data[: len(hdf5.MAGIC)]) == hdf5.MAGIC else Caffemodel


def _layer(field: Field, message: Message) -> LayerBlobs:
    if field.number == LAYER:
        return _named(message, V2)
    # Caffe: a V1 layer that holds a V0 one is that one, what stands beside it is dropped.
    for inner in message.fields():
        if inner.number == V0_LAYER:
            return dataclasses.replace(_named(message.inside(inner), V0), message=message)
    return _named(message, V1)


def _named(message: Message, form: Form) -> LayerBlobs:
    name, type, blobs = "", "", []
    for field in message.fields():
        if field.number == form.name:
            name = message.text(field)
        elif field.number == form.type:
            type = _type(message, field, form)
        elif field.number == form.blobs:
            blobs.append(message.inside(field))
    owner = f"layer {name!r} blob"
    found = tuple(read_blob(blob, f"{owner} {i}") for i, blob in enumerate(blobs))
    return LayerBlobs(name, type, found, form, message)


def _type(message: Message, field: Field, form: Form) -> str:
    if form is V1:
        return layertypes.V1.get(message.number(field), "")
    type = message.text(field)
    return layertypes.V0.get(type, type) if form is V0 else type
