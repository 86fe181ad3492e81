"""The parameters of a net as Caffe's solver has them: in its order, each with its two rates.

Source  BVLC/caffe src/caffe/net.cpp (AppendParam).
"""

from typing import NamedTuple

from torch import nn

from weights_convert.net import CaffeNet


class Learnable(NamedTuple):
    """A parameter, `blob` of `layer`, the first that has it; decay_mult: of weight_decay."""

    layer: str
    blob: int
    parameter: nn.Parameter
    lr_mult: float
    decay_mult: float

    def __str__(self) -> str:
        return f"layer {self.layer!r} blob {self.blob}"


def learnables(net: CaffeNet) -> list[Learnable]:
    """Every parameter of `net` once, frozen ones too: Caffe keeps a history for each."""
    owners: dict[nn.Parameter, tuple[str, int]] = {}
    rates: dict[nn.Parameter, dict[str, float]] = {}
    for layer, parameters in net.owned():
        for blob, parameter in enumerate(parameters):
            owners.setdefault(parameter, (layer.name, blob))
            stated = rates.setdefault(parameter, {})
            if blob < len(layer.params):
                block = layer.params[blob]
                stated.update((name, getattr(block, name)) for name in RATES & block.given)
    learned = {p for name, p in net.named_parameters() if name in net.learnable}
    return [
        Learnable(*owner, p, _lr_mult(rates[p], p in learned), rates[p].get("decay_mult", 1.0))
        for p, owner in owners.items()
    ]


RATES = {"lr_mult", "decay_mult"}


def _lr_mult(stated: dict[str, float], learned: bool) -> float:
    # Caffe: what is never learned, such as the statistics of BatchNorm, has lr_mult 0.
    return stated.get("lr_mult", 1.0) if learned else 0.0
