"""A folded net's layers, run one after the other for inputs of one size."""

from dataclasses import dataclass
from functools import partial
from math import prod

from torch import Tensor

from ..caffelayer import Shape
from ..net import CaffeNet
from . import crew, kinds, strips
from .compiled import Operation
from .expansion import expanded
from .learned import Learned
from .plan import Plan, Step, plan
from .strips import Link
from .upsampling import Upsampled
from .workspace import Workspace

FOLDED = 1 << 21  # pixels of an image: of larger ones the border is a small part
LARGE = 1 << 18  # numbers in a layer's bottoms, from which PyTorch's threads pay

Blobs = dict[str, Tensor | Upsampled]


@dataclass(frozen=True)
class Route:
    """`operations` as `plan` has them; groups: of them, which run together, in strips if several.

    outputs: of the net, in order.
    """

    operations: list[Operation]
    workspace: Workspace
    outputs: list[str]
    plan: Plan
    groups: list[range]
    links: list[Link | None]

    @property
    def shapes(self) -> dict[str, Shape]:
        """Of the outputs, in full."""
        tops = zip(self.operations, self.plan.tops, strict=True)
        return {
            blob: shape
            for operation, found in tops
            for blob, shape in zip(operation.layer.tops, found, strict=True)
            if blob in self.outputs
        }

    def run(self, blobs: Blobs) -> Blobs:
        """The outputs, whole, for the inputs `blobs`, which are given up."""
        for group in self.groups:
            self._follow(blobs, group)
        return self._opened(blobs)

    def _follow(self, blobs: Blobs, group: range) -> None:
        first, steps = group[0], self.plan.steps
        bottoms = self._taken(blobs, self.operations[first], steps[first])
        if len(group) > 1 or (crew.size() > 1 and strips.suits(self.links[first])):
            tops = [strips.run([self.links[index] for index in group], bottoms[0], self.workspace)]
        else:
            tops = self._computed(first, bottoms)
        self._keep(blobs, self.operations[group[-1]], steps[group[-1]], tops)
        for index in group:
            for blob in self.operations[index].last:
                blobs.pop(blob, None)

    def _taken(self, blobs: Blobs, operation: Operation, step: Step) -> list[Tensor | Upsampled]:
        """The bottoms of `operation`, with as many columns stored as it wants."""
        crop = kinds.is_crop(operation.module)
        taken = []
        for blob, given, wanted in zip(
            operation.layer.bottoms, step.given, step.wanted, strict=True
        ):
            x = blobs.get(blob)
            if isinstance(x, Upsampled) and not crop:
                x = blobs[blob] = x.scores()
            taken.append(
                x if given == wanted or x is None else expanded(x, given, wanted, self.workspace)
            )
            if crop:
                break
        return taken

    def _computed(self, index: int, bottoms: list) -> list[Tensor | Upsampled]:
        operation, step = self.operations[index], self.plan.steps[index]
        module, x = operation.module, bottoms[0] if bottoms else None
        if operation.skip:
            return [x]
        if operation.way:
            pad = step.border or tuple((p, p) for p in module.pad)
            return [operation.way(x, pad)]
        if kinds.is_crop(module) and step.top:
            return [self._cropped(x, step, kinds.offset(module))]
        if operation.filters:
            size = self.plan.tops[index][0][2:]
            return [Upsampled(x.float(), module, operation.filters, (0, 0), size)]
        if operation.learned:
            return [Learned(x.float(), module, (0, 0), self.plan.tops[index][0][2:])]
        if operation.instead:
            return [operation.instead(x)]
        compute = partial(operation.by_module, *bottoms)
        large = sum(x.numel() for x in bottoms) > LARGE
        return crew.together(compute) if large else compute()

    def _cropped(self, x: Tensor | Upsampled, step: Step, offset: tuple) -> Tensor | Upsampled:
        size = step.top.stored
        along = zip(step.wanted[0], offset, size, strict=True)
        top, left = (axis.cut(begin, count) for axis, begin, count in along)
        if isinstance(x, Upsampled):
            return x.cropped((top, left), size)
        return x[:, :, top : top + size[0], left : left + size[1]]

    def _keep(self, blobs: Blobs, operation: Operation, step: Step, tops: list) -> None:
        for blob, top in zip(operation.layer.tops, tops, strict=True):
            stays = step.kept == step.top or isinstance(top, Upsampled)
            blobs[blob] = top if stays else expanded(top, step.top, step.kept, self.workspace)

    def _opened(self, blobs: Blobs) -> Blobs:
        """The outputs, whole."""
        found = {}
        for blob in self.outputs:
            x, place = blobs[blob], self.plan.places[blob]
            if isinstance(x, Tensor) and place and any(axis.runs for axis in place):
                whole = type(place)(*(axis.opened() for axis in place))
                x = expanded(x, place, whole, self.workspace)
            found[blob] = x
        return found


def route(
    net: CaffeNet, operations: list[Operation], workspace: Workspace, shapes: dict[str, Shape]
) -> Route:
    """The Route for inputs of these shapes.  Raises ShapeError as the net itself would."""
    pixels = max(prod(shape[2:]) for shape in shapes.values())
    chosen = plan(net, shapes, fold=pixels <= FOLDED)
    batch = next(iter(shapes.values()))[0]
    channels = [tops[0][1] if tops and len(tops[0]) == 4 else 0 for tops in chosen.tops]
    each = zip(operations, chosen.steps, channels, strict=True)
    links = [strips.link(operation, step, c, batch) for operation, step, c in each]
    parameter = next(net.parameters(), None)
    cpu = parameter is None or parameter.device.type == "cpu"
    groups = strips.chains(links, chosen.steps) if cpu else _one_by_one(links)
    return Route(operations, workspace, list(net.graph.outputs), chosen, list(groups), links)


def _one_by_one(links: list) -> list[range]:
    return [range(index, index + 1) for index in range(len(links))]
