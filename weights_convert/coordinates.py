"""Where the blobs of a net lie on the image, and how much of it they see, from the layers alone.

Each blob has a place on its origins: the net's inputs, and the tops of layers that keep no
positions, such as InnerProduct.  Of several ways to one origin, that of the first bottom counts, as
if they agreed, as they do in a net that is well aligned.

Units   pixels, as exact Fractions; every pair is (height, width)
Source  BVLC/caffe python/caffe/coord_map.py (coord_map, coord_map_from_to).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from . import layers
from .errors import ConvertError, PrototxtError
from .geometry import Map, crop_offset
from .graph import Graph, Layer
from .window import Pair, pair

# Types whose top has a pixel for each of the bottom; those that look at the whole bottom for a
# statistic, MVN and Softmax, count as if they did not.
KEEPING = {
    *("AbsVal", "BatchNorm", "Bias", "BNLL", "Clip", "Dropout", "ELU", "Eltwise", "Exp", "Log"),
    *("MVN", "Power", "PReLU", "ReLU", "Scale", "Sigmoid", "Softmax", "Split", "Swish", "TanH"),
    "Threshold",
}
SLIDING = {"Convolution", "Deconvolution", "Im2col"}  # top by top


@dataclass(frozen=True)
class Move:
    """What a layer does to positions: a window slides over the bottom, or spreads each pixel."""

    kernel: Pair = (1, 1)
    stride: Pair = (1, 1)
    pad: Pair = (0, 0)
    spreads: bool = False

    def follow(self, place: "Place") -> "Place":
        """The place of the top, from that of the bottom."""
        steps = zip(place, self.kernel, self.stride, self.pad, strict=True)
        return Place(*((Map.spread if self.spreads else Map.window)(*step) for step in steps))

    def sees(self, pixels: Pair) -> Pair:
        """How many pixels of the bottom so many of the top see, at most."""
        height, width = (self._sees(axis, pixels[axis]) for axis in (0, 1))
        return height, width

    def _sees(self, axis: int, pixels: int) -> int:
        kernel, stride = self.kernel[axis], self.stride[axis]
        if self.spreads:
            return (pixels + kernel - 2) // stride + 1
        return (pixels - 1) * stride + kernel


class Place(NamedTuple):
    """The coordinate maps that lead from an origin to a blob, one along each axis."""

    height: Map = Map()
    width: Map = Map()


class Field(NamedTuple):
    """A receptive field: its size, and how far it moves from a pixel of the blob to the next."""

    size: Pair
    stride: tuple[Fraction, Fraction]


class Coordinates:
    """The places of the blobs of a net, layer by layer: blob -> origin -> Place."""

    def __init__(self, inputs: Iterable[str]):
        self.places = {blob: {blob: Place()} for blob in inputs}

    @classmethod
    def of(cls, graph: Graph) -> "Coordinates":
        """Those of every blob of `graph`."""
        coordinates = cls(graph.inputs)
        for layer in graph.layers:
            coordinates.follow(layer)
        return coordinates

    def follow(self, layer: Layer) -> None:
        """Adds the tops of `layer`, whose bottoms are there."""
        move = move_of(layer)
        for top, bottoms in _ways(layer):
            found: dict[str, Place] = {}
            for bottom in bottoms if move else ():
                found = self.places[bottom] | found
            moved = {origin: move.follow(place) for origin, place in found.items()}
            self.places[top] = moved or {top: Place()}

    def offset(self, blob: str, like: str) -> Pair:
        """Where `blob` must be cropped to lie upon `like`.

        Raises ConvertError if they have no origin in common or do not lie pixel upon pixel.
        """
        for origin, place in self.places[blob].items():
            if other := self.places[like].get(origin):
                height, width = map(crop_offset, place, other)
                return height, width
        raise ConvertError(
            f"cannot crop blob {blob!r} to {like!r}: no layers that keep positions connect them"
        )


def receptive_field(graph: Graph, blob: str, image: str | None = None) -> Field:
    """The Field of `blob` on the input `image`, by default the net's first; borders count as image.

    Of several ways the longest counts.  Raises ConvertError for a blob that is not there, does not
    come from the image, or sees all of it.
    """
    image = next(iter(graph.inputs)) if image is None else image
    places = Coordinates.of(graph).places
    if blob not in places:
        raise ConvertError(f"no blob {blob!r}; the net has {', '.join(places)}")
    seen = _seen(graph, blob)
    if image not in seen:
        raise ConvertError(f"blob {blob!r} does not come from the input {image!r}")
    height, width = (1 / along.scale for along in places[blob][image])
    return Field(seen[image], (height, width))


def _seen(graph: Graph, blob: str) -> dict[str, Pair]:
    """How many pixels of each blob that it comes from a pixel of `blob` sees."""
    seen = {blob: (1, 1)}
    for layer in reversed(graph.layers):
        for top, bottoms in _ways(layer):
            if top not in seen:
                continue
            if (move := move_of(layer)) is None:
                raise ConvertError(
                    f"layer {layer.name!r}: {layer.type} keeps no positions, so blob {blob!r} "
                    f"has no receptive field"
                )
            for bottom in bottoms:
                old, new = seen.get(bottom, (1, 1)), move.sees(seen[top])
                seen[bottom] = (max(old[0], new[0]), max(old[1], new[1]))
    return seen


def move_of(layer: Layer) -> Move | None:
    """What `layer` does to positions, None if it keeps none.

    Raises ConvertError, naming the layer, for fields that Caffe refuses.
    """
    try:
        return _move(layer)
    except PrototxtError:
        raise
    except ConvertError as error:
        raise ConvertError(f"{layer.place}layer {layer.name!r}: {error}") from None


def _move(layer: Layer) -> Move | None:
    if layer.type in KEEPING:
        return Move()
    found = _MOVES.get(layer.type)
    return found(layer) if found else None


def _sliding(layer: Layer) -> Move:
    fields = _fields(layer, "convolution_param")
    kernel, dilation = pair(fields, "kernel_size"), pair(fields, "dilation", 1)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    spreads = layer.type == "Deconvolution"
    return Move(reach, pair(fields, "stride", 1), pair(fields, "pad", 0), spreads)


def _pooling(layer: Layer) -> Move | None:
    fields = _fields(layer, "pooling_param")
    if fields.global_pooling:
        return None
    return Move(pair(fields, "kernel_size"), pair(fields, "stride", 1), pair(fields, "pad", 0))


def _crop(layer: Layer) -> Move:
    height, width = crop_of(layer)
    return Move(pad=(-height, -width))


def _lrn(layer: Layer) -> Move:
    fields = _fields(layer, "lrn_param")
    size = fields.local_size if fields.norm_region == "WITHIN_CHANNEL" else 1
    return Move((size, size), pad=((size - 1) // 2,) * 2)


def _along_channels(layer: Layer) -> Move | None:
    """Of Concat and Slice, which move positions along other axes."""
    fields = _fields(layer, f"{layer.type.lower()}_param")
    old = f"{layer.type.lower()}_dim"
    axis = getattr(fields, old) if old in fields.given else fields.axis
    return Move() if axis % 4 == 1 else None


_MOVES = {
    **dict.fromkeys(SLIDING, _sliding),
    "Pooling": _pooling,
    "Crop": _crop,
    "LRN": _lrn,
    "Concat": _along_channels,
    "Slice": _along_channels,
}


def crop_of(layer: Layer) -> Pair:
    """The offset that the Crop `layer` states; 0 where it states none, or begins at the width."""
    fields = _fields(layer, "crop_param")
    cut = 4 - fields.axis % 4
    offset = (fields.offset or (0,)) * (1 if len(fields.offset) == cut else cut)
    height, width = (0, 0, *offset)[-2:]
    return height, width


def _fields(layer: Layer, param: str):
    return layer.fields(param, layers.params()[param])


def _ways(layer: Layer) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each top of `layer`, and the bottoms whose positions it has."""
    for index, top in enumerate(layer.tops):
        if layer.type in SLIDING:
            yield top, layer.bottoms[index : index + 1]
        else:
            yield top, layer.bottoms[:1] if layer.type == "Crop" else layer.bottoms
