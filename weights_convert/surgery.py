"""Moves parameters from net to net, as the release does before it trains.

    net = load_net("nyud-fcn32s-color-hha.prototxt", None, phase="TRAIN")
    print(transplant(net, read_caffemodel("nyud-fcn32s-color.caffemodel"), suffix="color"))
    interpolate(net)

The old net is a CaffeNet, or what `read_caffemodel` gives.  Nothing is moved if anything is wrong.

Errors  WeightsError for a layer that is not there, and for arrays whose sizes do not fit.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, surgery.py (transplant, upsample_filt, interp,
        expand_score) and nyud-fcn32s-color-d/solve.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .errors import WeightsError
from .net import CaffeNet

Parameters = Mapping[str, Sequence[np.ndarray | Tensor]]
Blob = tuple[str, int]  # layer, index in Caffe's order


@dataclass(frozen=True)
class Move:
    """An array of the old net that went into a parameter of the new.

    how: "copied"; "reshaped", in the order of its elements; "expanded", into the first outputs;
        "extended", into the first inputs, the others having the mean.
    """

    how: str
    old: Blob
    new: Blob
    old_shape: tuple[int, ...]
    new_shape: tuple[int, ...]

    def __str__(self) -> str:
        shapes = "" if self.how == "copied" else f", {self.old_shape} to {self.new_shape}"
        return f"{self.how} {_text(self.old)} to {_text(self.new)}{shapes}"


@dataclass(frozen=True)
class Report:
    """What was moved, what of the old net was dropped, what of the new one was left as it was."""

    moves: tuple[Move, ...]
    dropped: tuple[Blob, ...] = ()
    untouched: tuple[Blob, ...] = ()

    def __str__(self) -> str:
        """A line each; copies come last."""
        lines = [f"dropped {_text(blob)}" for blob in self.dropped]
        lines += [f"left as it was {_text(blob)}" for blob in self.untouched]
        return "\n".join(lines + sorted(map(str, self.moves), key=lambda m: m.startswith("copied")))


def transplant(
    net: CaffeNet,
    old: CaffeNet | Parameters,
    suffix: str = "",
    names: Mapping[str, str | None] | None = None,
) -> Report:
    """Puts each array of `old` into the layer of `net` that is called NAME + `suffix`.

    names: old layer -> new layer, where it is called otherwise; None drops it.
    An array of another shape is taken in the order of its elements, which makes a convolution of an
    InnerProduct.  Raises WeightsError for one that has more or fewer elements.
    """
    params, given, names = net.params(), _parameters(old), names or {}
    _check_there("the old net", names, given)
    _check_there("the new net", filter(None, names.values()), params)
    steps, dropped = [], []
    for layer, arrays in given.items():
        new = names.get(layer, layer + suffix)
        own = params.get(new, [])
        pairs = zip(arrays, own, strict=False)
        steps += [_step(None, (layer, i), (new, i), *pair) for i, pair in enumerate(pairs)]
        dropped += [(layer, index) for index in range(len(own), len(arrays))]
    _check_once(steps)
    _carry_out(steps)
    moved = {step.part.data_ptr() for step in steps}
    untouched = [
        (layer, index)
        for layer, own in params.items()
        for index, parameter in enumerate(own)
        if parameter.data_ptr() not in moved
    ]
    return Report(tuple(step.move for step in steps), tuple(dropped), tuple(untouched))


def interpolate(net: CaffeNet, layers: Iterable[str] | None = None) -> tuple[str, ...]:
    """Fills Deconvolution layers, by default all, with bilinear kernels, and returns their names.

    Each class has its kernel; from class to class there are zeros.  Raises WeightsError for a layer
    that has other than square kernels, or other outputs than inputs.
    """
    params = net.params()
    if layers is None:
        layers = [layer.name for layer in net.graph.layers if layer.type == "Deconvolution"]
    layers = tuple(layers)
    _check_there("the net", layers, params)
    for layer in layers:
        _check_kernels(layer, params[layer][0].shape)
    for layer in layers:
        weight = params[layer][0].detach().zero_()
        kernel = torch.from_numpy(bilinear(weight.shape[-1]))
        classes, columns = torch.arange(weight.shape[0]), torch.arange(weight.shape[1])
        weight[classes, columns] = kernel.to(weight)
    return layers


def bilinear(size: int) -> np.ndarray:
    """A kernel (size, size), float32, that doubles, triples, ... a map by linear interpolation.

    >>> bilinear(4)[0]
    array([0.0625, 0.1875, 0.1875, 0.0625], dtype=float32)
    """
    factor = (size + 1) // 2
    # Caffe: its `bilinear` filler has the middle of some odd kernels (63) half a pixel further.
    centre = factor - 1 if size % 2 else factor - 0.5
    weights = 1 - abs(np.arange(size) - centre) / factor
    return np.outer(weights, weights).astype(np.float32)


def expand_score(
    net: CaffeNet, layer: str, old: CaffeNet | Parameters, old_layer: str | None = None
) -> Report:
    """Puts a score layer into the first classes of `layer`, which has more; they stay as they are.

    old_layer: what the old net calls it, by default the same.
    """
    old_layer = old_layer or layer
    pairs = _pairs(net, layer, old, old_layer)
    classes = len(pairs[0][0])
    steps = [
        _step("expanded", (old_layer, i), (layer, i), array, own, own[:classes])
        for i, (array, own) in enumerate(pairs)
    ]
    _carry_out(steps)
    return Report(tuple(step.move for step in steps))


def extend_input(net: CaffeNet, layer: str, old: CaffeNet | Parameters, old_layer: str) -> Report:
    """Puts a convolution into the first input channels of `layer`, and their mean into the others.

    So begins nyud-fcn32s-color-d: its conv1_1_bgrd sees depth as the mean of blue, green and red.
    """
    (weight, wide), *others = _pairs(net, layer, old, old_layer)
    channels, new = weight.shape[1], (layer, 0)
    added = max(0, wide.shape[1] - channels)
    mean = weight.mean(1, keepdim=True).expand(-1, added, *weight.shape[2:])
    steps = [_step("extended", (old_layer, 0), new, weight, wide, wide[:, :channels])]
    steps += [
        _step("copied", (old_layer, i), (layer, i), *pair) for i, pair in enumerate(others, 1)
    ]
    _carry_out([*steps, _step("extended", (old_layer, 0), new, mean, wide, wide[:, channels:])])
    return Report(tuple(step.move for step in steps))


class _Step(NamedTuple):
    """A move that is to be made: `array` goes into `part` of a parameter."""

    move: Move
    array: Tensor
    part: Tensor


def _step(
    how: str | None, old: Blob, new: Blob, array: Tensor, own: Tensor, part: Tensor | None = None
) -> _Step:
    shapes = tuple(array.shape), tuple(own.shape)
    how = how or ("copied" if shapes[0] == shapes[1] else "reshaped")
    return _Step(Move(how, old, new, *shapes), array, own if part is None else part)


def _check_once(steps: list[_Step]) -> None:
    sources: dict[Blob, Blob] = {}
    for move, _, _ in steps:
        if (first := sources.setdefault(move.new, move.old)) != move.old:
            raise WeightsError(
                f"{_text(move.new)} would get {_text(first)} and {_text(move.old)}, "
                f"expected one: drop the other by `names`"
            )


def _carry_out(steps: list[_Step]) -> None:
    """Raises WeightsError, before anything is moved, if one of `steps` cannot be."""
    for move, array, part in steps:
        if array.numel() != part.numel():
            # Caffe: through numpy, too many numbers were cut off and too few repeated.
            raise WeightsError(
                f"{_text(move.old)} {move.old_shape} does not go into {_text(move.new)} "
                f"{move.new_shape}: {array.numel()} numbers, expected {part.numel()}"
            )
    with torch.no_grad():
        for _, array, part in steps:
            part.copy_(array.reshape(part.shape))


def _pairs(
    net: CaffeNet, layer: str, old: CaffeNet | Parameters, old_layer: str
) -> list[tuple[Tensor, Tensor]]:
    """The arrays of `old_layer`, each with the parameter of `layer`."""
    params, given = net.params(), _parameters(old)
    _check_there("the new net", [layer], params)
    _check_there("the old net", [old_layer], given)
    if len(given[old_layer]) != len(params[layer]):
        raise WeightsError(
            f"layer {old_layer!r}: {len(given[old_layer])} blobs, "
            f"expected {len(params[layer])} as layer {layer!r} has"
        )
    return list(zip(given[old_layer], params[layer], strict=True))


def _parameters(old: CaffeNet | Parameters) -> dict[str, list[Tensor]]:
    if isinstance(old, CaffeNet):
        return old.params()
    return {layer: [torch.as_tensor(x) for x in arrays] for layer, arrays in old.items()}


def _check_there(where: str, layers: Iterable[str], params: Mapping) -> None:
    if unknown := [layer for layer in layers if layer not in params]:
        raise WeightsError(
            f"{where} has no parameters of {', '.join(map(repr, unknown))}; "
            f"expected of {', '.join(params)}"
        )


def _check_kernels(layer: str, shape: tuple[int, ...]) -> None:
    inputs, outputs, height, width = shape
    if height != width or outputs not in (1, inputs):
        raise WeightsError(
            f"layer {layer!r}: kernels of shape {tuple(shape)}, expected square ones, "
            f"and as many outputs as inputs, or one"
        )


def _text(blob: Blob) -> str:
    return f"{blob[0]!r} blob {blob[1]}"
