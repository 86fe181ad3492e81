"""What a file holds, layer by layer, as a table and as JSON.

Units   shapes as Caffe states them, (N, C, H, W) for images; offsets and strides are pixels.
"""

import json
from dataclasses import asdict, dataclass

from .grid import grid

Shape = tuple[int, ...]
BYTES, MEGA = 4, 1e6  # of a float32; bytes in a MB
NUMBERS = frozenset(
    {"parameters", "learnable", "stride", "crop offset", "derived"}
)  # columns set to the right


@dataclass(frozen=True)
class Entry:
    """A layer.  None: the file does not tell, or the layer has no such thing.

    offset: of a Crop, as stated; derived: as the geometry of the layers has it; (height, width).
    stride: pixels of the image from one pixel of the first top to the next, such as "32" or "1/2".
    """

    layer: str
    type: str
    bottoms: tuple[str, ...] = ()
    tops: tuple[str, ...] = ()
    top_shapes: tuple[Shape, ...] | None = None
    blob_shapes: tuple[Shape, ...] = ()
    parameters: int = 0
    learnable: int | None = 0
    offset: Shape | None = None
    derived: Shape | None = None
    stride: tuple[str, str] | None = None


@dataclass(frozen=True)
class Output:
    """A blob that no layer consumes; the square of the image that one of its pixels sees."""

    blob: str
    field: Shape | None = None
    stride: tuple[str, str] | None = None

    def __str__(self) -> str:
        if not self.field:
            return f"output {self.blob!r}"
        field, stride = (" x ".join(map(str, pair)) for pair in (self.field, self.stride))
        return f"output {self.blob!r}: each pixel sees {field} of the image, stride {stride}"


@dataclass(frozen=True)
class Inventory:
    """A file.  parameters, learnable: how many numbers; those that layers share count once."""

    file: str
    kind: str
    net: str
    layers: tuple[Entry, ...]
    parameters: int
    learnable: int | None
    outputs: tuple[Output, ...] = ()

    @property
    def bytes(self) -> int:
        """Of the parameters as float32."""
        return self.parameters * BYTES

    def json(self) -> str:
        told = asdict(self) | {"bytes": self.bytes, "layers": list(map(_told, self.layers))}
        return json.dumps(told, indent=1)

    def markdown(self) -> str:
        head = f"{self.file}: {self.kind}, net {self.net!r}, {len(self.layers)} layers"
        table = grid([_cells(entry) for entry in self.layers], NUMBERS)
        learnable = "" if self.learnable is None else f" ({self.learnable:,} learnable)"
        tail = f"parameters: {self.parameters:,}{learnable}, {self.bytes / MEGA:,.1f} MB as float32"
        tail = "\n".join([tail, *map(str, self.outputs), *self.misplaced()])
        return "\n\n".join(part for part in (head, table, tail) if part)

    def misplaced(self) -> list[str]:
        """A line for each Crop that states another offset than the geometry gives."""
        return [
            f"crop {entry.layer!r}: states {_pair(entry.offset)}, where the layers before it align "
            f"at {_pair(entry.derived)}"
            for entry in self.layers
            if entry.offset and entry.derived and entry.offset != entry.derived
        ]


def _told(entry: Entry) -> dict:
    return {key: value for key, value in asdict(entry).items() if value is not None}


def _cells(entry: Entry) -> dict[str, str]:
    """Title -> text of every column."""
    count = bool(entry.blob_shapes)
    learned = count and entry.learnable is not None
    return {
        "layer": entry.layer,
        "type": entry.type,
        "bottoms": " ".join(entry.bottoms),
        "tops": " ".join(entry.tops),
        "top shapes": " ".join(map(_size, entry.top_shapes or ())),
        "parameter shapes": " ".join(map(_size, entry.blob_shapes)),
        "parameters": f"{entry.parameters:,}" if count else "",
        "learnable": f"{entry.learnable:,}" if learned else "",
        "stride": _pair(entry.stride),
        "crop offset": _pair(entry.offset) or ("none" if entry.type == "Crop" else ""),
        "derived": _pair(entry.derived),
    }


def _pair(values: tuple | None) -> str:
    """One number where all are equal."""
    return " ".join(map(str, values if len(set(values)) > 1 else values[:1])) if values else ""


def _size(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "scalar"
