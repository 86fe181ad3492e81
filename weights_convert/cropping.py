"""Crop offsets as a prototxt states them, and as the geometry of the layers gives them.

Caffe of today crops where the file says, and at 0 where it says nothing.  The branches in which the
first FCNs were written had no `crop_param`: their Crop layers aligned themselves, pixel upon pixel,
and stopped where that could not be.  So a file is taken for one of theirs if none of its Crop
layers has a `crop_param` and all can be aligned.

Units   pixels; every pair is (height, width)
Source  BVLC/caffe src/caffe/layers/crop_layer.cpp; longjon/caffe@c7034d1, the same file.
"""

import warnings
from dataclasses import replace
from typing import NamedTuple

from .coordinates import Coordinates, crop_of
from .errors import ConvertError
from .graph import Graph, Layer
from .layers.crop import CROP
from .prototxt import Field, Message
from .window import Pair

PARAM = "crop_param"


class Crop(NamedTuple):
    """A Crop layer: the offset it has, and that by which its bottoms would lie upon each other.

    stated: whether the file says the offset; derived: None where the layers do not tell.
    """

    layer: str
    top: str
    offset: Pair
    stated: bool
    derived: Pair | None

    @property
    def agrees(self) -> bool:
        """Whether the geometry says nothing else."""
        return self.derived in (None, self.offset)


def crops(graph: Graph) -> list[Crop]:
    """Every Crop layer of `graph`, in order."""
    coordinates, found = Coordinates(graph.inputs), []
    for layer in graph.layers:
        if layer.type == "Crop":
            offset, stated = crop_of(layer), _states_offset(layer)
            derived = _derived(coordinates, layer)
            found.append(Crop(layer.name, layer.tops[0], offset, stated, derived))
        coordinates.follow(layer)
    return found


def aligned(graph: Graph, align: bool | None = None) -> Graph:
    """`graph`, its Crop layers without offset given the one that the geometry says.

    align: True does so, False leaves them at 0 as Caffe of today; None does so for a net of the
        older dialect, and warns of it if an offset is not 0.
    Raises ConvertError, with True, for a layer that cannot be aligned.
    """
    if align is False or all(_states_offset(layer) for layer in _crop_layers(graph)):
        return graph
    if align:
        return _with_offsets(graph)
    if any(layer.message.all(PARAM) for layer in _crop_layers(graph)):
        return graph
    try:
        older = _with_offsets(graph)
    except ConvertError:
        return graph
    _warn(older)
    return older


def _with_offsets(graph: Graph) -> Graph:
    coordinates, steps = Coordinates(graph.inputs), []
    for layer in graph.layers:
        if layer.type == "Crop" and not _states_offset(layer):
            layer = _with_offset(layer, _offset(coordinates, layer))
        coordinates.follow(layer)
        steps.append(layer)
    return replace(graph, layers=tuple(steps))


def _offset(coordinates: Coordinates, layer: Layer) -> Pair:
    try:
        return coordinates.offset(*layer.bottoms)
    except ConvertError as error:
        raise ConvertError(f"{layer.place}layer {layer.name!r}: {error}") from None


def _derived(coordinates: Coordinates, layer: Layer) -> Pair | None:
    try:
        return coordinates.offset(*layer.bottoms)
    except ConvertError:
        return None


def _with_offset(layer: Layer, offset: Pair) -> Layer:
    axis = layer.fields(PARAM, CROP).axis
    offsets = (0, 0, *offset)[axis % 4 :]
    stated = {"axis": axis, "offset": offsets[:1] if len(set(offsets)) == 1 else offsets}
    others = [field for field in layer.message.fields if field.name != PARAM]
    fields = [*others, Field(PARAM, Message.of(stated))]
    return replace(layer, message=replace(layer.message, fields=fields))


def _crop_layers(graph: Graph) -> list[Layer]:
    return [layer for layer in graph.layers if layer.type == "Crop"]


def _states_offset(layer: Layer) -> bool:
    return any(param.all("offset") for param in layer.message.all(PARAM))


def _warn(graph: Graph) -> None:
    offsets = [f"{crop.top!r} {crop.offset[0]} {crop.offset[1]}" for crop in crops(graph)]
    if any(any(crop.offset) for crop in crops(graph)):
        warnings.warn(
            f"net {graph.name!r}: no Crop layer states an offset, so they are aligned as older "
            f"versions of Caffe did ({', '.join(offsets)}); give align_crops=True to say so, "
            f"False for offset 0, as Caffe 1.0 has it",
            stacklevel=4,
        )
