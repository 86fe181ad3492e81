"""Parameters, gradients and history, taken together as an update can best go through them.

On a GPU all that have the same rates, for few kernels.  On a CPU pieces of them, which stay in its
cache from one operation of an update to the next, and need little memory beside them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from .learnable import Learnable
from .rule import Arrays

PIECE = 1 << 22  # numbers, 16 MiB: not fewer, as threads wait for each other at every operation


class Batch(NamedTuple):
    """Lists of one length and, place by place, of one shape; history: as many lists as it has."""

    weights: Arrays
    diffs: Arrays
    history: list[Arrays]
    lr_mult: float
    decay_mult: float


def batches(learnables: list[Learnable], history: list[Tensor]) -> Iterator[Batch]:
    """Batches in the memory of the parameters; a gradient that is None is zeros.

    history: for each learnable the first array of its rule, then for each the second, as in Caffe.
    """
    count = len(learnables)
    rows = [(each, history[place::count]) for place, each in enumerate(learnables)]
    if _on_cpu(learnables):
        for each, own in rows:
            yield from _pieces(each, own)
    else:
        yield from _groups(rows)


def _on_cpu(learnables: list[Learnable]) -> bool:
    return all(each.parameter.device.type == "cpu" for each in learnables)


def _pieces(each: Learnable, own: list[Tensor]) -> Iterator[Batch]:
    arrays = [each.parameter.detach(), _diff(each), *own]
    for weight, diff, *rest in zip(*(x.reshape(-1).split(PIECE) for x in arrays), strict=True):
        yield Batch([weight], [diff], [[x] for x in rest], each.lr_mult, each.decay_mult)


def _groups(rows: list[tuple[Learnable, list[Tensor]]]) -> Iterator[Batch]:
    for rates in dict.fromkeys((each.lr_mult, each.decay_mult) for each, _ in rows):
        some = [row for row in rows if (row[0].lr_mult, row[0].decay_mult) == rates]
        weights = [each.parameter.detach() for each, _ in some]
        history = [list(arrays) for arrays in zip(*(own for _, own in some), strict=True)]
        yield Batch(weights, [_diff(each) for each, _ in some], history, *rates)


def _diff(each: Learnable) -> Tensor:
    # Caffe: a parameter without gradient is updated with zeros: its weight decay and history go on.
    grad = each.parameter.grad
    return torch.zeros_like(each.parameter.detach()) if grad is None else grad
