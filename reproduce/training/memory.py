"""Less memory for a training step: activations computed twice, or activations of half the size.

checkpoint   the net runs in segments that end at its pools; of each only what the next ones read is
             kept, and the rest is computed again on the way back.  The result is the same.
bf16         convolutions in bfloat16; parameters, their gradients and the loss stay float32.  The
             result is not the same: Caffe has no such thing.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from weights_convert.backward import passed_down
from weights_convert.caffelayer import CaffeLayer
from weights_convert.graph import Layer
from weights_convert.net import CaffeNet

Steps = list[tuple[Layer, CaffeLayer]]
Blobs = dict[str, Tensor]
ENDS = "Pooling"  # layer type after which the blobs are small


class LeanNet(CaffeNet):
    """A CaffeNet that is run in segments, or in bfloat16; made of one by `lean`."""

    segments: list[Steps]
    bf16: bool

    def forward(self, keep: Sequence[str] = (), **inputs: Tensor) -> Blobs:
        """As CaffeNet's; keep: names of blobs."""
        device = next(iter(inputs.values())).device.type
        with torch.autocast(device, torch.bfloat16, enabled=self.bf16):
            return self._in_segments({*keep, *self.graph.outputs}, dict(inputs))

    def _in_segments(self, keep: set[str], blobs: Blobs) -> Blobs:
        for place, steps in enumerate(self.segments):
            later = keep.union(*(_read(after) for after in self.segments[place + 1 :]))
            names = sorted(_read(steps) & blobs.keys())
            made = sorted(later & {top for layer, _ in steps for top in layer.tops})
            run = _Segment(steps, names, made, self.graph.force_backward)
            arguments = [blobs[name] for name in names]
            # The last is wanted first on the way back: to run it twice would save nothing.
            last = place == len(self.segments) - 1
            found = run(*arguments) if last else _twice(run, arguments)
            blobs = {name: x for name, x in blobs.items() if name in later}
            blobs.update(zip(made, found, strict=True))
        return blobs


def lean(net: CaffeNet, *, segmented: bool = False, bf16: bool = False) -> CaffeNet:
    """`net`, which is changed in place, so that its training steps take less memory."""
    if segmented or bf16:
        net.__class__ = LeanNet
        net.segments = segments(net) if segmented else [list(net.steps())]
        net.bf16 = bf16
    return net


def segments(net: CaffeNet) -> list[Steps]:
    """The steps of `net`, cut after pools wherever no later layer overwrites what was before."""
    steps = list(net.steps())
    ends = [place + 1 for place, (layer, _) in enumerate(steps) if layer.type == ENDS]
    cuts = [0, *(cut for cut in ends if not _overwritten(steps, cut)), len(steps)]
    return [steps[a:b] for a, b in pairwise(cuts) if a < b]


class _Segment:
    """Steps as a function of the blobs `names`, in their order, that gives the blobs `made`."""

    def __init__(self, steps: Steps, names: list[str], made: list[str], force: bool):
        self.steps, self.names, self.made, self.force = steps, names, made, force

    def __call__(self, *arguments: Tensor) -> tuple[Tensor, ...]:
        blobs = dict(zip(self.names, arguments, strict=True))
        needed = list(_still_read(self.steps, set(self.made)))
        for (layer, module), later in zip(self.steps, needed, strict=True):
            bottoms = [blobs[blob] for blob in layer.bottoms]
            module.reshape([tuple(x.shape) for x in bottoms])
            tops = _run(module, passed_down(layer, bottoms, self.force))
            del bottoms
            blobs.update(zip(layer.tops, tops if isinstance(tops, tuple) else (tops,), strict=True))
            del tops
            blobs = {name: x for name, x in blobs.items() if name in later}
        return tuple(blobs[name] for name in self.made)


def _run(module: CaffeLayer, bottoms: list[Tensor]) -> Tensor | tuple[Tensor, ...]:
    if not module.loss:
        return module(*bottoms)
    with torch.autocast(bottoms[0].device.type, enabled=False):
        return module(*(x.float() if x.dtype == torch.bfloat16 else x for x in bottoms))


def _twice(run: _Segment, arguments: list[Tensor]) -> tuple[Tensor, ...]:
    # Dropout draws the same numbers the second time: the state of the generator is kept.
    return checkpoint(run, *arguments, use_reentrant=False, preserve_rng_state=True)


def _still_read(steps: Steps, made: set[str]) -> Iterator[set[str]]:
    """For each step, the blobs that are read after it."""
    for place in range(len(steps)):
        yield made | _read(steps[place + 1 :])


def _read(steps: Steps) -> set[str]:
    return {blob for layer, _ in steps for blob in layer.bottoms}


def _overwritten(steps: Steps, cut: int) -> bool:
    before = {top for layer, _ in steps[:cut] for top in layer.tops}
    after = {layer.bottoms[0] for layer, _ in steps[cut:] if layer.in_place}
    made = {top for layer, _ in steps[cut:] if not layer.in_place for top in layer.tops}
    return bool((after - made) & before)
