"""What is stored of each blob, for inputs of given sizes: the folding of the border.

The border of 100 pixels that FCNs pad with is stored only as far as each stage needs it.  A stage
ends at a layer with a stride, after which more of the runs may be stored.  How much each stage
needs is found by trying: where a run is too short, its source stores more, and all is tried again,
in the end with nothing left out.

Units   columns of the blob; every Place is of height and width
"""

from dataclasses import dataclass
from typing import NamedTuple

from ..caffelayer import CaffeLayer, Shape
from ..graph import Layer
from ..layers.convolution import Convolution
from ..net import CaffeNet, reshaped
from . import kinds
from .zones import Axis, Source, TooShortError, bordered, joined

PAYS = 0.97  # of the multiplications, if folding leaves no more than this


class Place(NamedTuple):
    """The two Axes of a blob."""

    height: Axis
    width: Axis

    @property
    def stored(self) -> tuple[int, int]:
        return self.height.stored, self.width.stored


@dataclass(frozen=True)
class Step:
    """How a layer runs.

    given: the Places of its bottoms as earlier steps leave them; wanted: as this layer takes them.
    top: of its tops, before more is stored (`kept`: after).  None for blobs without positions.
    border: stored zeros before and after, of height and width; None where the pad is not folded.
    """

    given: tuple[Place | None, ...]
    wanted: tuple[Place | None, ...]
    top: Place | None
    kept: Place | None
    border: tuple[tuple[int, int], tuple[int, int]] | None


@dataclass(frozen=True)
class Plan:
    """The Steps of every layer; shapes: of each layer's bottoms and tops in full; places: outputs.

    plain, folded: multiplications of the convolutions without and with folding.
    """

    steps: tuple[Step, ...]
    bottoms: tuple[list[Shape], ...]
    tops: tuple[list[Shape], ...]
    places: dict[str, Place | None]
    plain: int
    folded: int


def plan(net: CaffeNet, inputs: dict[str, Shape], fold: bool = True) -> Plan:
    """The Plan of `net` for inputs of these shapes.  Raises ShapeError as the net itself would."""
    bottoms, tops = shapes_of(net, inputs)
    along = [_Along(net, inputs, bottoms, tops, axis, fold) for axis in (0, 1)]
    steps = tuple(
        _merged(tall, wide) for tall, wide in zip(along[0].steps, along[1].steps, strict=True)
    )
    places = {blob: _place(axis, along[1].axes[blob]) for blob, axis in along[0].axes.items()}
    plain, folded = _arithmetic(net, steps, tops)
    if fold and folded > PAYS * plain:
        return plan(net, inputs, fold=False)
    return Plan(steps, bottoms, tops, places, plain, folded)


def shapes_of(net: CaffeNet, inputs: dict[str, Shape]) -> tuple[tuple, tuple]:
    """Of the bottoms and of the tops of each layer, in full."""
    shapes, bottoms, tops = dict(inputs), [], []
    for layer, module in net.steps():
        bottoms.append([shapes[blob] for blob in layer.bottoms])
        tops.append(reshaped(layer, module, bottoms[-1]))
        shapes.update(zip(layer.tops, tops[-1], strict=True))
    return tuple(bottoms), tuple(tops)


class _Line(NamedTuple):
    """A Step along one axis."""

    given: tuple[Axis | None, ...]
    wanted: tuple[Axis | None, ...]
    top: Axis | None
    kept: Axis | None
    border: tuple[int, int] | None = None


class _Along:
    """The Lines of all layers along axis 0, height, or 1, width."""

    def __init__(self, net: CaffeNet, inputs: dict, bottoms: tuple, tops: tuple, axis: int, fold):
        self.axis, self.fold, self.bottoms, self.tops = axis, fold, bottoms, tops
        self.inputs, self.layers = inputs, list(net.steps())
        self.more: dict[Source, int] = {}
        while not self._tried():
            pass

    def _tried(self) -> bool:
        self.axes = {blob: self._whole(shape) for blob, shape in self.inputs.items()}
        self.steps: list[_Line] = []
        try:
            for index, (layer, module) in enumerate(self.layers):
                self._follow(index, layer, module)
        except TooShortError as short:
            for source in short.sources:
                self.more[source] = self.more.get(source, 0) + short.more
            return False
        return True

    def _follow(self, index: int, layer: Layer, module: CaffeLayer) -> None:
        given = tuple(self.axes[blob] for blob in layer.bottoms)
        line = self._line(index, layer, module, given)
        self.steps.append(line)
        for blob, shape in zip(layer.tops, self.tops[index], strict=True):
            self.axes[blob] = line.kept or self._whole(shape)

    def _line(self, index: int, layer: Layer, module: CaffeLayer, given: tuple) -> _Line:
        """The Line of a layer, which is taken for unknown where its kind is none of ours."""
        opened = tuple(axis and axis.opened() for axis in given)
        whole = self._whole(self.tops[index][0]) if layer.tops else None
        if kinds.is_pointwise(layer, module):
            return _Line(given, given, given[0], given[0])
        if kinds.is_window(layer, module):
            return self._window(index, layer, module, given)
        if kinds.is_join(layer, module) and all(given):
            both = joined(list(given))
            return _Line(given, given if both else opened, both or whole, both or whole)
        if kinds.is_crop(module):
            cuts = given[0].cut(kinds.offset(module)[self.axis], whole.stored) is not None
            return _Line(given, given if cuts else opened, whole, whole)
        return _Line(given, opened, None, None)

    def _window(self, index: int, layer: Layer, module: CaffeLayer, given: tuple) -> _Line:
        kernel, stride, pad = (each[self.axis] for each in kinds.window(module))
        bottom, full, name = given[0], self._whole(self.tops[index][0]).stored, layer.tops[0]
        border, wanted = None, bottom
        if self.fold and kinds.has_border(module):
            wanted = bottom.opened()
            padded = bordered(wanted.stored, pad, f"border of {layer.name}", self.more)
            border = (pad - padded.runs[0].omitted, pad - padded.runs[1].omitted)
            top = padded.slid(kernel, stride, 0, full)
        else:
            top = bottom.slid(kernel, stride, pad, full)
        kept = top.with_more(name, self.more) if stride > 1 else top
        return _Line(given, (wanted,), top, kept, border)

    def _whole(self, shape: Shape) -> Axis | None:
        return Axis(shape[2 + self.axis]) if len(shape) == 4 else None


def _merged(tall: _Line, wide: _Line) -> Step:
    given, wanted = (
        tuple(map(_place, getattr(tall, name), getattr(wide, name))) for name in ("given", "wanted")
    )
    border = (tall.border, wide.border) if tall.border and wide.border else None
    return Step(given, wanted, _place(tall.top, wide.top), _place(tall.kept, wide.kept), border)


def _place(height: Axis | None, width: Axis | None) -> Place | None:
    return Place(height, width) if height and width else None


def _arithmetic(net: CaffeNet, steps: tuple[Step, ...], tops: tuple) -> tuple[int, int]:
    """Multiplications of the convolutions of one image, of the whole tops and of what is stored."""
    plain = folded = 0
    for (_, module), step, shapes in zip(net.steps(), steps, tops, strict=True):
        if isinstance(module, Convolution) and step.top:
            each = module.weight.numel()
            plain += each * shapes[0][2] * shapes[0][3]
            folded += each * step.top.height.stored * step.top.width.stored
    return plain, folded
