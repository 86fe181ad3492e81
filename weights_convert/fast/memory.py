"""How many bytes a run takes at most beside the net and its inputs, told beforehand.

Estimate  of the blobs that are there at once and of what each thread computes on; what libraries
          take for themselves is SPARE, what is freed and not given back SLACK
"""

from collections.abc import Sequence
from math import prod

from ..caffelayer import Shape
from ..net import CaffeNet
from . import kinds, plan, strips
from .plan import Place
from .route import Route
from .upsampling import BAND

SPARE = 48 << 20
SLACK = 1.5
COPIES = 2  # of a layer's bottoms and tops that it may make for itself
FLOAT = 4  # bytes; of the shorter types as well, since the CPU computes many layers in this one


def of_plain(net: CaffeNet, inputs: dict[str, Shape]) -> int:
    """Bytes for a net that is computed layer by layer: of all its blobs, so far too many."""
    _, tops = plan.shapes_of(net, inputs)
    return SPARE + int(SLACK * FLOAT * sum(prod(shape) for found in tops for shape in found))


class Walk:
    """Follows `route` as `members` threads compute it.

    alive: bytes that each blob keeps in memory.  lazy: what the blobs that are computed when they
    are asked for will take.  most: bytes at once.
    """

    def __init__(self, route: Route, members: int):
        self.route, self.members = route, members
        self.alive: dict[str, int] = {}
        self.lazy: dict[str, int] = {}
        self.most = 0

    def needed(self, inputs: dict[str, Shape], labels: bool) -> int:
        """Bytes for inputs of these shapes; labels: if labels are asked for, and not scores."""
        self.alive = {blob: FLOAT * prod(shape) for blob, shape in inputs.items()}
        for group in self.route.groups:
            self._follow(group)
        # What the layers were computed in stays there beside the outputs.
        finish = sum(self._finish(blob, labels) for blob in self.route.outputs)
        return int(SLACK * self.most) + finish + SPARE

    def _follow(self, group: range) -> None:
        operations, chosen = self.route.operations, self.route.plan
        first, last, end = operations[group[0]], operations[group[-1]], chosen.steps[group[-1]]
        crop = kinds.is_crop(first.module)
        taken = 0 if crop else self._taken(group[0])
        shapes = chosen.tops[group[-1]]
        tops = sum(_bytes(end.top, shape) for shape in shapes)
        kept = [_bytes(end.kept, shape) for shape in shapes]
        if crop or first.lazy or (first.skip and len(group) == 1):
            self._pass_on(group[0], sum(kept))
        else:
            self._note(taken + tops + self._work(group, taken + tops))
            self._note(taken + tops + (sum(kept) if end.kept != end.top else 0))
            self.alive.update(zip(last.layer.tops, kept, strict=True))
        for index in group:
            for blob in operations[index].last:
                self.alive.pop(blob, None)

    def _taken(self, index: int) -> int:
        """Bytes of the bottoms that are made larger; those that are lazy are computed first."""
        step, layer = self.route.plan.steps[index], self.route.operations[index].layer
        for blob in set(layer.bottoms) & self.lazy.keys():
            size = self.lazy.pop(blob)
            self.alive[blob] = self.alive.get(blob, 0) + size
            self._note(COPIES * size)
        pairs = zip(step.given, step.wanted, self.route.plan.bottoms[index], strict=True)
        return sum(_bytes(wanted, shape) for given, wanted, shape in pairs if given != wanted)

    def _pass_on(self, index: int, size: int) -> None:
        """A top that is a view of its bottom, or will be computed from it."""
        operation = self.route.operations[index]
        (bottom, *_), (top, *_) = operation.layer.bottoms, operation.layer.tops
        self.alive[top] = self.alive.get(bottom, 0)
        if operation.lazy or (bottom in self.lazy and kinds.is_crop(operation.module)):
            self.lazy[top] = size

    def _work(self, group: range, size: int) -> int:
        """Bytes beside bottoms and tops, of `size`, that computing `group` takes."""
        links = [self.route.links[index] for index in group]
        if len(group) > 1 or (self.members > 1 and strips.suits(links[0])):
            return self._strips(group, links)
        operation, step = self.route.operations[group[0]], self.route.plan.steps[group[0]]
        if operation.name != "winograd":
            return COPIES * size
        batch = self.route.plan.tops[group[0]][0][0]
        return operation.way.needed((batch, *step.top.stored), self.members)

    def _strips(self, group: range, links: list) -> int:
        shape = self.route.plan.bottoms[group[0]][0]
        place = self.route.plan.steps[group[0]].wanted[0]
        count = strips.count(links, self.members)
        rows = strips.rows(links, -(-links[-1].tall // count))
        below, most = rows[0] * _bytes(place, shape) // place.stored[0], 0
        for link, tall in zip(links, rows[1:], strict=True):
            above = tall * link.bytes
            work = COPIES * (below + above)
            if link.operation.name == "winograd":
                work = below + above + link.operation.way.needed((shape[0], tall, link.wide), 1)
            most, below = max(most, work), above
        return self.members * most

    def _finish(self, blob: str, labels: bool) -> int:
        """Bytes of the output `blob`, or its labels, and to make them of what is there of it."""
        (batch, _, *size), full = self.route.shapes[blob], FLOAT * prod(self.route.shapes[blob])
        result = batch * prod(size) if labels else full
        lazy = self.lazy.get(blob, full if self.route.plan.places[blob] else 0)
        return result + (self._band(lazy, size) if size else 0)

    def _band(self, whole: int, size: Sequence[int]) -> int:
        """Bytes of the bands of a blob of `whole` bytes that are computed at once, with copies."""
        bands = min(self.members, -(-size[0] // BAND))
        return 2 * COPIES * whole * min(size[0], bands * BAND) // size[0]

    def _note(self, size: int) -> None:
        self.most = max(self.most, sum(self.alive.values()) + size)


def _bytes(place: Place | None, shape: Shape) -> int:
    return FLOAT * prod(shape[:2]) * prod(place.stored) if place else FLOAT * prod(shape)
