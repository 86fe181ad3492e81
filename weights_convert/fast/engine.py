"""A filled net that is computed with less work and less memory than layer by layer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any

import torch
from torch import Tensor

from ..caffelayer import Shape
from ..errors import ConvertError
from ..graph import Graph
from ..net import CaffeNet
from . import crew, modes, together
from .captured import Captured
from .compiled import Operation, compiled
from .convolution import Settings
from .memory import Walk, of_plain
from .report import report
from .route import Blobs, Route, route
from .upsampling import Upsampled, labels
from .workspace import Workspace

ROUTES = 32  # input sizes that are remembered
GRAPHS = 8  # of them those whose kernels are recorded: each keeps the memory of a run
AGAIN = 3  # times that a size comes until it is recorded, which takes as long as some runs
SIZES = 1024  # that are counted

KEEP = "keep: a folded net gives its outputs alone; call the net itself, its attribute `net`"
Finish = Callable[[Blobs], dict[str, Tensor]]


class Fast:
    """`net` folded; called as the net is, it gives the same outputs.  Made by `fold`.

    It holds the parameters of `net` as they were, partly in a form of its own.  Threads may share
    it: a call waits for the one before.  A copy, pickled or not, is folded again from a copy of
    the net.
    """

    def __init__(self, net: CaffeNet, mode: modes.Mode, winograd: bool, prepared: bool):
        self.net, self.mode, self.winograd, self.prepared = net, mode, winograd, prepared
        parameter = next(net.parameters(), None)
        self.device = torch.device("cpu") if parameter is None else parameter.device
        self.workspace, self._lock = Workspace(), Lock()
        # What shares parameters in shapes of its own is left to the net itself.
        self.plain = bool(net._views) or not _images(net)
        self.operations: list[Operation] = []
        if not self.plain:
            settings = Settings(mode.dtype, winograd, prepared, self.workspace)
            cpu, build = self.device.type == "cpu", partial(compiled, net, settings)
            self.operations = crew.conducted(build) if cpu else build()
            self.workspace.clear()
        self._routes: dict[tuple, Route] = {}
        self._captured: dict[tuple, Captured] = {}
        self._seen: dict[tuple, int] = {}

    def __repr__(self) -> str:
        return f"Fast({self.graph.name}, mode {self.mode.name!r}, {self.device})"

    def __reduce__(self):
        return fold, (self.net, self.mode.name, self.winograd, self.prepared)

    @property
    def graph(self) -> Graph:
        """The net's."""
        return self.net.graph

    @property
    def input_shapes(self) -> dict[str, Shape]:
        """{blob: shape} as the prototxt states them; height and width are free at every call."""
        return self.net.input_shapes

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

    def labels_each(self, images: Sequence[Mapping[str, Tensor]]) -> list[dict[str, Tensor]]:
        """What `labels` gives for each of the images, which may differ in size, in their order.

        Those of equal sizes go in batches.  Raises as `labels` does.
        """
        images = [self.net._feed(dict(image)) for image in images]
        found: list[dict[str, Tensor]] = [{} for _ in images]
        for indices in together.batches(images, self.device):
            some = [images[index] for index in indices]
            labels = self.labels(**together.joined(some))
            for index, part in zip(indices, together.parted(labels, some), strict=True):
                found[index] = part
        return found

    def report(self, **sizes: Shape) -> str:
        """What is folded for inputs of these shapes, by default the prototxt's, and how it runs."""
        chosen = {blob: tuple(sizes.get(blob, s)) for blob, s in self.net.input_shapes.items()}
        if self.plain:
            return f"{self.net.graph.name}: layer by layer, as the net itself"
        with self._lock:
            return report(self.net, self.mode.name, self._route(chosen))

    def needed(self, labels: bool = False, **sizes: Shape) -> int:
        """Bytes, an upper bound, that a call with inputs of these shapes takes beside the net.

        labels: a call of `labels`, which does without whole scores.  On a GPU what cuDNN takes for
        itself is not in it.  Raises ShapeError as the net itself would.
        """
        chosen = {blob: tuple(sizes.get(blob, s)) for blob, s in self.input_shapes.items()}
        if self.plain:
            return of_plain(self.net, chosen)
        members = crew.members(torch.get_num_threads()) if self.device.type == "cpu" else 1
        with self._lock:
            return Walk(self._route(chosen), members).needed(chosen, labels)

    def to(self, device: torch.device | str) -> "Fast":
        """A Fast of the net on `device`; as with every nn.Module, the net itself moves there."""
        return fold(self.net.to(device), self.mode.name, self.winograd, self.prepared)

    def _answer(self, finish: Finish, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        if "keep" in inputs and "keep" not in self.input_shapes:
            raise ConvertError(KEEP)
        with self._lock, self.mode.arithmetic(self.device):
            if self.plain:
                return finish(self.net(**inputs))
            blobs = self.net._feed(inputs)
            if self.device.type != "cuda":
                return crew.conducted(partial(self._finished, finish, blobs))
            return self._recorded(finish, blobs)

    def _recorded(self, finish: Finish, blobs: dict[str, Tensor]) -> dict[str, Tensor]:
        """By the recorded kernels, once inputs of these sizes have come a few times."""
        key = finish, *((blob, tuple(x.shape)) for blob, x in blobs.items())
        if key not in self._captured:
            times = self._seen.pop(key, 0) + 1
            _remember(self._seen, key, times, SIZES)
            if times < AGAIN:
                return self._finished(finish, blobs)
            run = partial(self._finished, finish)
            _remember(self._captured, key, Captured(run, blobs), GRAPHS)
        return self._captured[key](blobs)

    def _finished(self, finish: Finish, blobs: dict[str, Tensor]) -> dict[str, Tensor]:
        return finish(self._outputs(blobs))

    def _outputs(self, blobs: dict[str, Tensor]) -> Blobs:
        shapes = {blob: tuple(x.shape) for blob, x in blobs.items()}
        return self._route(shapes).run(self._cast(blobs))

    def _cast(self, blobs: dict[str, Tensor]) -> dict[str, Tensor]:
        """The images in the memory format, and the type, of the convolutions."""
        channels_last = torch.channels_last
        return {
            blob: x.to(self.mode.dtype).contiguous(memory_format=channels_last)
            if x.dim() == 4
            else x
            for blob, x in blobs.items()
        }

    def _route(self, shapes: dict[str, Shape]) -> Route:
        key = tuple(shapes.items())
        if key not in self._routes:
            found = route(self.net, self.operations, self.workspace, shapes)
            _remember(self._routes, key, found, ROUTES)
        return self._routes[key]


def _scores(outputs: Blobs) -> dict[str, Tensor]:
    whole = {blob: x.scores() if isinstance(x, Upsampled) else x for blob, x in outputs.items()}
    # In the memory format of the net's own outputs, which numpy and its like expect.
    return {blob: x.float().contiguous() for blob, x in whole.items()}


def _labels(outputs: Blobs) -> dict[str, Tensor]:
    return {blob: labels(x) for blob, x in outputs.items()}


def _remember(known: dict, key: tuple, value: object, most: int) -> None:
    """Adds `value`, in place of the oldest where there are as many as there may be."""
    if len(known) >= most:
        known.pop(next(iter(known)))
    known[key] = value


def _images(net: CaffeNet) -> Iterable[str]:
    """The inputs that have positions."""
    return [blob for blob, shape in net.input_shapes.items() if len(shape) == 4]


def fold(net: CaffeNet, mode: str = "exact", winograd: bool = True, prepared: bool = True) -> Fast:
    """`net`, which is filled and of phase TEST, as a Fast on the device where it is.

    mode: "exact" computes in float32; "tf32", "bf16" and "fp16" round, see modes.py.
    winograd: whether convolutions are computed with fewer multiplications, which changes their
        scores in the sixth digit; without, they are summed as by PyTorch.
    prepared: whether weights are kept as well in the form in which they are multiplied, up to
        256 MB of a layer with large kernels and 16 MB of others: of FCN-8s 28 MB, of FCN-AlexNet
        241 MB, 206 of them fc6's.
    Raises ConvertError for a net of phase TRAIN, an unknown mode or one that the device lacks.
    """
    if net.graph.phase != "TEST":
        raise ConvertError(f"net {net.graph.name!r} is of phase {net.graph.phase}, expected TEST")
    parameter = next(net.parameters(), None)
    device = torch.device("cpu") if parameter is None else parameter.device
    return Fast(net, modes.named(mode, device), winograd, prepared)
