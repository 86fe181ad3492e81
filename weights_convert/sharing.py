"""Parameters that are called alike in `param { name }` are one, whichever layers they stand in.

The first layer that names one owns it.  A layer that shares it with `share_mode: PERMISSIVE` may
see it in a shape of its own: it then has no parameter but a View, taken anew at every run.

Errors  ShapeError for shapes that do not fit; ConvertError for rates that contradict each other.
Source  BVLC/caffe src/caffe/net.cpp (AppendParam, ShareWeights).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor, nn

from .caffelayer import CaffeLayer, Shape
from .errors import ConvertError, ShapeError

if TYPE_CHECKING:
    from .graph import Layer

Steps = Iterator[tuple[str, "Layer", CaffeLayer]]  # each with what state_dict calls it


class View(NamedTuple):
    """The parameter `name` of module `key`, in `shape`."""

    key: str
    name: str
    shape: Shape

    def of(self, net: nn.Module) -> Tensor:
        return getattr(net._modules[self.key], self.name).view(self.shape)


class _Slot(NamedTuple):
    """Where a parameter stands, and the `param` block about it."""

    key: str
    layer: "Layer"
    module: CaffeLayer
    name: str
    block: SimpleNamespace

    @property
    def shape(self) -> Shape:
        return tuple(getattr(self.module, self.name).shape)


def share(steps: Steps) -> dict[str, dict[str, View]]:
    """Makes one parameter of those called alike; module -> the Views that are left to it."""
    owners: dict[str, _Slot] = {}
    rates: dict[str, dict[str, float]] = {}
    views: dict[str, dict[str, View]] = {}
    for slot in _named(steps):
        _agree(slot, rates.setdefault(slot.block.name, {}))
        owner = owners.setdefault(slot.block.name, slot)
        if owner is slot:
            continue
        _check(slot, owner)
        if slot.shape == owner.shape:
            setattr(slot.module, slot.name, getattr(owner.module, owner.name))
        else:
            view = View(owner.key, owner.name, slot.shape)
            views.setdefault(slot.key, {})[slot.name] = view
            setattr(slot.module, slot.name, None)
    return views


@contextmanager
def seen(net: nn.Module, module: CaffeLayer, views: dict[str, View]) -> Iterator[None]:
    """While it lasts, `module` has its Views.  After it they are gone: no copy could keep them."""
    for name, view in views.items():
        module._parameters.pop(name, None)
        setattr(module, name, view.of(net))
    try:
        yield
    finally:
        for name in views:
            setattr(module, name, None)


def _named(steps: Steps) -> Iterator[_Slot]:
    for key, layer, module in steps:
        names = [name for name, _ in module.named_parameters()]
        for name, block in zip(names, layer.params, strict=False):
            if block.name:
                yield _Slot(key, layer, module, name, block)


def _agree(slot: _Slot, rates: dict[str, float]) -> None:
    for rate in ("lr_mult", "decay_mult"):
        value = getattr(slot.block, rate)
        if rate in slot.block.given and rates.setdefault(rate, value) != value:
            raise ConvertError(
                f"layer {slot.layer.name!r}: param {slot.block.name!r}: {rate} {value}, but "
                f"{rates[rate]} in an earlier layer, expected one"
            )


def _check(slot: _Slot, owner: _Slot) -> None:
    """Raises ShapeError unless `slot` can be the parameter of `owner`."""
    mine, theirs = getattr(slot.module, slot.name), getattr(owner.module, owner.name)
    strict = slot.block.share_mode == "STRICT"
    if mine.numel() != theirs.numel() or (strict and mine.shape != theirs.shape):
        raise ShapeError(
            f"layer {slot.layer.name!r}: param {slot.block.name!r}: shape {slot.shape} with "
            f"share_mode {slot.block.share_mode}, but layer {owner.layer.name!r} owns it with "
            f"shape {owner.shape}"
        )
