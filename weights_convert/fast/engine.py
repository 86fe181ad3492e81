"""A filled net that is computed with less work and less memory than layer by layer."""

from collections.abc import Callable, Iterable
from functools import partial
from math import prod
from typing import Any

import torch
from torch import Tensor

from ..caffelayer import Shape
from ..errors import ConvertError
from ..net import CaffeNet
from . import kinds, modes, strips
from .captured import Captured
from .compiled import Operation, compiled
from .expansion import expanded
from .plan import Plan, Step, plan
from .report import report
from .upsampling import Upsampled, labels
from .workspace import Workspace

FOLDED = 1 << 21  # pixels of an image: of larger ones the border is a small part
PLANS = 32  # input sizes that are remembered
GRAPHS = 8  # of them those whose kernels are recorded: each keeps the memory of a run

Finish = Callable[[dict[str, Tensor | Upsampled]], dict[str, Tensor]]


class Fast:
    """`net` folded; called as the net is, it gives the same outputs.  Made by `fold`.

    It holds the parameters of `net` as they were, partly in a form of its own.  Not for several
    threads at once.
    """

    def __init__(self, net: CaffeNet, mode: modes.Mode, winograd: bool):
        self.net, self.mode, self.workspace = net, mode, Workspace()
        parameter = next(net.parameters(), None)
        self.device = torch.device("cpu") if parameter is None else parameter.device
        self.dtype = mode.dtype
        # What shares parameters in shapes of its own is left to the net itself.
        self.plain = bool(net._views) or not _images(net)
        self.operations: list[Operation] = []
        if not self.plain:
            self.operations = compiled(net, self.dtype, winograd, self.workspace)
        self._plans: dict[tuple, tuple[Plan, list[range], list]] = {}
        self._captured: dict[tuple, Captured] = {}

    @property
    def preprocess(self) -> Any:
        """The net's."""
        return self.net.preprocess

    @property
    def tasks(self) -> Any:
        """The net's."""
        return self.net.tasks

    @torch.inference_mode()
    def __call__(self, **inputs: Tensor) -> dict[str, Tensor]:
        """{blob: Tensor} of the net's outputs, in float32.

        Raises ConvertError as the net does.
        """
        return self._answer(_scores, inputs)

    @torch.inference_mode()
    def labels(self, **inputs: Tensor) -> dict[str, Tensor]:
        """{output: uint8 (N, H, W)}: the class of every pixel, without whole scores in memory.

        Of equal scores the first counts.  Raises ConvertError as the net does, ValueError for an
        output that is no blob of scores, or of more than 255 classes.
        """
        return self._answer(_labels, inputs)

    def report(self, **sizes: Shape) -> str:
        """What is folded for inputs of these shapes, by default the prototxt's, and how it runs."""
        chosen = {blob: tuple(sizes.get(blob, s)) for blob, s in self.net.input_shapes.items()}
        if self.plain:
            return f"{self.net.graph.name}: layer by layer, as the net itself"
        return report(self.net, self.mode.name, self.operations, *self._planned(chosen)[:2])

    def _answer(self, finish: Finish, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        with self.mode.arithmetic(self.device):
            if self.plain:
                return finish(self.net(**inputs))
            blobs = self.net._feed(inputs)
            if self.device.type != "cuda":
                return finish(self._outputs(blobs))
            key = finish, *((blob, tuple(x.shape)) for blob, x in blobs.items())
            if key not in self._captured:
                run = partial(self._finished, finish)
                _remember(self._captured, key, Captured(run, blobs), GRAPHS)
            return self._captured[key](blobs)

    def _finished(self, finish: Finish, blobs: dict[str, Tensor]) -> dict[str, Tensor]:
        return finish(self._outputs(blobs))

    def _outputs(self, blobs: dict[str, Tensor]) -> dict[str, Tensor | Upsampled]:
        steps = self._planned({blob: tuple(x.shape) for blob, x in blobs.items()})
        return self._run(self._cast(blobs), *steps)

    def _cast(self, blobs: dict[str, Tensor]) -> dict[str, Tensor]:
        """The images in the memory format, and the type, of the convolutions."""
        channels_last = torch.channels_last
        return {
            blob: x.to(self.dtype).contiguous(memory_format=channels_last) if x.dim() == 4 else x
            for blob, x in blobs.items()
        }

    def _planned(self, shapes: dict[str, Shape]) -> tuple[Plan, list[range], list]:
        key = tuple(shapes.items())
        if key not in self._plans:
            pixels = max(prod(shape[2:]) for shape in shapes.values())
            chosen = plan(self.net, shapes, fold=pixels <= FOLDED)
            batch = next(iter(shapes.values()))[0]
            channels = [tops[0][1] if tops and len(tops[0]) == 4 else 0 for tops in chosen.tops]
            each = zip(self.operations, chosen.steps, channels, strict=True)
            links = [strips.link(operation, step, c, batch) for operation, step, c in each]
            cpu = self.device.type == "cpu"
            groups = strips.chains(links, chosen.steps) if cpu else _one_by_one(links)
            _remember(self._plans, key, (chosen, list(groups), links), PLANS)
        return self._plans[key]

    def _run(self, blobs: dict, chosen: Plan, groups: list[range], links: list) -> dict:
        for group in groups:
            first, last = self.operations[group[0]], self.operations[group[-1]]
            step = chosen.steps[group[0]]
            bottoms = self._taken(blobs, first, step)
            if len(group) > 1:
                tops = [strips.run([links[index] for index in group], bottoms[0])]
            else:
                tops = self._computed(first, step, bottoms, chosen, group[0])
            self._keep(blobs, last, chosen.steps[group[-1]], tops)
            for index in group:
                for blob in self.operations[index].last:
                    blobs.pop(blob, None)
        return self._opened(blobs, chosen)

    def _taken(self, blobs: dict, operation: Operation, step: Step) -> list[Tensor | Upsampled]:
        """The bottoms of `operation`, with as many columns stored as it wants."""
        crop = kinds.is_crop(operation.module)
        taken = []
        for blob, given, wanted in zip(
            operation.layer.bottoms, step.given, step.wanted, strict=True
        ):
            x = blobs.get(blob)
            if isinstance(x, Upsampled) and not crop:
                x = blobs[blob] = x.scores()
            taken.append(x if given == wanted or x is None else expanded(x, given, wanted))
            if crop:
                break
        return taken

    def _computed(
        self, operation: Operation, step: Step, bottoms: list, chosen: Plan, index: int
    ) -> list[Tensor | Upsampled]:
        module, x = operation.module, bottoms[0] if bottoms else None
        if operation.skip:
            return [x]
        if operation.way:
            pad = step.border or tuple((p, p) for p in module.pad)
            return [operation.way(x.to(self.dtype), pad)]
        if kinds.is_crop(module) and step.top:
            return [self._cropped(x, step, kinds.offset(module))]
        if operation.filters:
            size = chosen.tops[index][0][2:]
            return [Upsampled(x.float(), module, operation.filters, (0, 0), size)]
        if operation.instead:
            return [operation.instead(x)]
        tops = self._by_module(module, bottoms)
        return list(tops) if isinstance(tops, tuple) else [tops]

    def _by_module(self, module, bottoms: list[Tensor]):
        """Layers with parameters compute in float32, in which these are."""
        if self.dtype == torch.float32 or next(module.parameters(), None) is None:
            return module(*bottoms)
        tops = module(*(x.float() for x in bottoms))
        if isinstance(tops, tuple):
            return tuple(x.to(self.dtype) for x in tops)
        return tops.to(self.dtype)

    def _cropped(self, x: Tensor | Upsampled, step: Step, offset: tuple) -> Tensor | Upsampled:
        size = step.top.stored
        along = zip(step.wanted[0], offset, size, strict=True)
        top, left = (axis.cut(begin, count) for axis, begin, count in along)
        if isinstance(x, Upsampled):
            return x.cropped((top, left), size)
        return x[:, :, top : top + size[0], left : left + size[1]]

    def _keep(self, blobs: dict, operation: Operation, step: Step, tops: list) -> None:
        for blob, top in zip(operation.layer.tops, tops, strict=True):
            stays = step.kept == step.top or isinstance(top, Upsampled)
            blobs[blob] = top if stays else expanded(top, step.top, step.kept)

    def _opened(self, blobs: dict, chosen: Plan) -> dict[str, Tensor | Upsampled]:
        """The outputs, whole."""
        found = {}
        for blob in self.net.graph.outputs:
            x, place = blobs[blob], chosen.places[blob]
            if isinstance(x, Tensor) and place and any(axis.runs for axis in place):
                whole = type(place)(*(axis.opened() for axis in place))
                x = expanded(x, place, whole)
            found[blob] = x
        return found


def _scores(outputs: dict[str, Tensor | Upsampled]) -> dict[str, Tensor]:
    whole = {blob: x.scores() if isinstance(x, Upsampled) else x for blob, x in outputs.items()}
    # In the memory format of the net's own outputs, which numpy and its like expect.
    return {blob: x.float().contiguous() for blob, x in whole.items()}


def _labels(outputs: dict[str, Tensor | Upsampled]) -> dict[str, Tensor]:
    return {blob: labels(x) for blob, x in outputs.items()}


def _remember(known: dict, key: tuple, value: object, most: int) -> None:
    """Adds `value`, in place of the oldest where there are as many as there may be."""
    if len(known) >= most:
        known.pop(next(iter(known)))
    known[key] = value


def _images(net: CaffeNet) -> Iterable[str]:
    """The inputs that have positions."""
    return [blob for blob, shape in net.input_shapes.items() if len(shape) == 4]


def _one_by_one(links: list) -> list[range]:
    return [range(index, index + 1) for index in range(len(links))]


def fold(net: CaffeNet, mode: str = "exact", winograd: bool = True) -> Fast:
    """`net`, which is filled and of phase TEST, as a Fast on the device where it is.

    mode: "exact" computes in float32; "tf32", "bf16" and "fp16" round, see modes.py.
    winograd: whether convolutions are computed with fewer multiplications, which changes their
        scores in the sixth digit; without, they are summed as by PyTorch.
    Raises ConvertError for a net of phase TRAIN, an unknown mode or one that the device lacks.
    """
    if net.graph.phase != "TEST":
        raise ConvertError(f"net {net.graph.name!r} is of phase {net.graph.phase}, expected TEST")
    parameter = next(net.parameters(), None)
    device = torch.device("cpu") if parameter is None else parameter.device
    return Fast(net, modes.named(mode, device), winograd)
