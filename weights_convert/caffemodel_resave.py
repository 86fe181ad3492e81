"""A caffemodel written anew with other arrays; all else keeps the bytes that it has.

Caffe saves more than arrays: the definitions of the layers, the state of the net.
A layer of an older form becomes today's `layer`: name, type, bottoms, tops and arrays.

Errors  ConvertError as write_caffemodel.
Source  BVLC/caffe src/caffe/net.cpp (ToProto), src/caffe/util/upgrade_proto.cpp
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike

import numpy as np

from .caffemodel import LAYER, LAYERS, V2, Caffemodel, LayerBlobs
from .caffemodel_changes import blob_changes, told
from .caffemodel_wiring import PLACES, wiring
from .caffemodel_writer import Piece, blob_pieces, layer_pieces, within, write_pieces

Arrays = Mapping[str, Sequence[np.ndarray]]
OLDER = "`layers` became `layer`, with name, type, bottoms, tops and arrays alone"
ADDED = "layers of which the source has no arrays were added"
LENGTHS = "lengths are written in fewer bytes"
PADDING = "padding"  # a V0 layer; Caffe makes it the pad of the next one


def resave(
    path: str | PathLike, source: Caffemodel, arrays: Arrays, types: Mapping[str, str]
) -> list[str]:
    """Writes `source` to `path` with `arrays`, layer name -> blobs; gzipped if it ends in .gz.

    types: layer name -> Caffe's layer type, for layers that the source has not.
    Returns what is not as it was, in words; nothing if every byte is (unpacked, if gzipped).
    """
    changes = defaultdict(list)
    pieces = list(_fields(source, arrays, changes))
    for name in [name for name in arrays if name not in {layer.name for layer in source.layers}]:
        changes[ADDED].append(f"layer {name!r}")
        pieces += within(LAYER, layer_pieces(name, types.get(name, ""), arrays[name]))
    write_pieces(path, pieces)
    return told(changes)


def _fields(source: Caffemodel, arrays: Arrays, changes: dict) -> Iterator[Piece]:
    # Caffe: of several layers of one name in a file the last counts.
    last = {layer.name: index for index, layer in enumerate(source.layers) if layer.blobs}
    layers = enumerate(source.layers)
    pads = _pads(source)
    for field in source.message.fields():
        if field.number not in (LAYER, LAYERS):
            yield source.message.raw(field)
            continue
        index, layer = next(layers)
        blobs = arrays.get(layer.name) if last.get(layer.name) == index else None
        if layer.form is not V2:
            yield from _upgraded(layer, blobs, pads, changes)
            continue
        pieces = within(LAYER, list(_today(layer, blobs, changes)))
        if not changes and pieces[0] != bytes(source.message.file.data[field.at : field.start]):
            changes[LENGTHS].append(f"layer {layer.name!r}")
        yield from pieces


def _today(layer: LayerBlobs, blobs: Sequence | None, changes: dict) -> Iterator[Piece]:
    """The message of a layer; blobs: None where its own stay."""
    index = 0
    for field in layer.message.fields():
        if field.number != V2.blobs or blobs is None:
            yield layer.message.raw(field)
            continue
        owner = f"layer {layer.name!r} blob {index}"
        pieces = blob_pieces(blobs[index], owner)
        yield from within(V2.blobs, pieces)
        source = layer.message.inside(field)
        for change in blob_changes(layer.blobs[index], source, blobs[index], pieces):
            changes[change].append(owner)
        index += 1


def _upgraded(
    layer: LayerBlobs, blobs: Sequence | None, pads: dict[str, str], changes: dict
) -> Iterator[Piece]:
    if layer.type == PADDING:
        return
    changes[OLDER].append(f"layer {layer.name!r}")
    bottoms, tops, *_ = wiring(layer)
    wires = [(PLACES[V2].bottom, pads.get(bottom, bottom)) for bottom in bottoms]
    wires += [(PLACES[V2].top, top) for top in tops]
    if blobs is None:
        blobs = [blob.read() for blob in layer.blobs]
    yield from within(LAYER, layer_pieces(layer.name, layer.type, blobs, wires))


def _pads(source: Caffemodel) -> dict[str, str]:
    """Blob that a padding layer made -> the blob that it padded."""
    padding = [wiring(layer) for layer in source.layers if layer.type == PADDING]
    return {wires.tops[0]: wires.bottoms[0] for wires in padding if wires.tops and wires.bottoms}
