"""What Caffe's solver types have in common: lists of arrays in, moved in place."""

from types import SimpleNamespace
from typing import ClassVar

import numpy as np
from torch import Tensor

from weights_convert import ConvertError

Arrays = list[Tensor]


class Rule:
    """The rule of one solver type, with the float32 rates of its SolverParameter.

    histories: how many arrays it keeps for each parameter, each of the parameter's shape.
    """

    histories: ClassVar[int] = 1

    def __init__(self, param: SimpleNamespace):
        """Raises ConvertError for a setting with which Caffe makes no such solver."""
        self.momentum, self.delta = param.momentum, param.delta

    def update(
        self, weights: Arrays, diffs: Arrays, history: list[Arrays], rate: float, iter: int
    ) -> None:
        """Moves `weights`, float32, in place, and brings `history` up to date; spoils `diffs`.

        diffs: gradients, normalised and regularised; history: `histories` lists as long as
        weights; rate: learning rate times lr_mult; iter: the iteration, from 0.
        """
        raise NotImplementedError


def rest(share: float) -> float:
    """1 less a share, as float32 has it."""
    return float(np.float32(1) - np.float32(share))


def refuse_momentum(param: SimpleNamespace) -> None:
    """Raises ConvertError if a momentum is set."""
    if param.momentum:
        raise ConvertError(
            f"{param.source}: momentum {param.momentum} with type {param.type!r}, expected none"
        )


def share(param: SimpleNamespace, name: str) -> float:
    """The field `name`, a share that is kept.  Raises ConvertError unless 0 <= share < 1."""
    value = getattr(param, name)
    if not 0 <= value < 1:
        raise ConvertError(
            f"{param.source}: {name} {value} with type {param.type!r}, "
            f"expected at least 0 and less than 1"
        )
    return value
