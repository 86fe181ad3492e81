"""The learning rate of each iteration, by Caffe's lr_policy.

Units   a rate is a float32, as Caffe has it, in a Python float
Errors  ConvertError for a policy that Caffe does not know, or one that lacks what it is made of.
Source  BVLC/caffe src/caffe/solvers/sgd_solver.cpp (GetLearningRate).
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from weights_convert import ConvertError

Rate = tuple[float, int]  # what base_lr is multiplied by, and current_step from now on


class Policy(NamedTuple):
    """needs: the fields it is made of; factor: (param, iter, current_step) -> Rate."""

    needs: tuple[str, ...]
    factor: Callable[[SimpleNamespace, int, int], Rate]


def learning_rate(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    """(rate of iteration `iter`, current_step after it); current_step: as the solver keeps it."""
    with np.errstate(all="ignore"):
        factor, current_step = POLICIES[param.lr_policy].factor(param, iter, current_step)
        return float(np.float32(param.base_lr * factor)), current_step


def check(param: SimpleNamespace) -> None:
    """Raises ConvertError unless `param`, of read_solver, states a policy and all it needs."""
    if param.lr_policy not in POLICIES:
        raise ConvertError(
            f"{param.source}: lr_policy {param.lr_policy!r}, expected one of {', '.join(POLICIES)}"
        )
    needs = ("base_lr", *POLICIES[param.lr_policy].needs)
    # Caffe: takes 0 for what is not stated, but for a stepsize.
    if lacking := [name for name in needs if name not in param.given]:
        raise ConvertError(
            f"{param.source}: lr_policy {param.lr_policy!r} lacks {' and '.join(lacking)}"
        )
    for name, least in (("gamma", 0), ("stepsize", 1), ("max_iter", 1)):
        if name in needs and not getattr(param, name) >= least:
            raise ConvertError(
                f"{param.source}: {name} {getattr(param, name)} with lr_policy "
                f"{param.lr_policy!r}, expected {least} at least"
            )


def _power(base: float, exponent: float) -> float:
    # Caffe: the power itself is of float64, what goes in and comes out is rounded to float32.
    return float(np.power(np.float64(base), np.float64(exponent)))


def _fixed(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    return 1.0, current_step


def _step(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    current_step = iter // param.stepsize
    return _power(param.gamma, current_step), current_step


def _multistep(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    # Caffe: at most one step an iteration, whatever stepvalue says.
    if current_step < len(param.stepvalue) and iter >= param.stepvalue[current_step]:
        current_step += 1
    return _power(param.gamma, current_step), current_step


def _exp(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    return _power(param.gamma, iter), current_step


def _inv(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    base = np.float32(1) + np.float32(param.gamma) * np.float32(iter)
    return _power(base, -param.power), current_step


def _poly(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    base = np.float32(1) - np.float32(iter) / np.float32(param.max_iter)
    return _power(base, param.power), current_step


def _sigmoid(param: SimpleNamespace, iter: int, current_step: int) -> Rate:
    exponent = -np.float32(param.gamma) * (np.float32(iter) - np.float32(param.stepsize))
    return 1 / (1 + float(np.exp(np.float64(exponent)))), current_step


POLICIES = {
    "fixed": Policy((), _fixed),
    "step": Policy(("gamma", "stepsize"), _step),
    "multistep": Policy(("gamma", "stepvalue"), _multistep),
    "exp": Policy(("gamma",), _exp),
    "inv": Policy(("gamma", "power"), _inv),
    "poly": Policy(("power", "max_iter"), _poly),
    "sigmoid": Policy(("gamma", "stepsize"), _sigmoid),
}
