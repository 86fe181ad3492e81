"""Caffe `Adam`: running means of gradients and of their squares, with one correction for both.

Source  BVLC/caffe src/caffe/solvers/adam_solver.cpp (ComputeUpdateValue).
"""

from math import sqrt

import numpy as np
import torch

from ..rule import Rule, rest, share
from .adagrad import move_by_root


class Adam(Rule):
    histories = 2  # running means of gradients, and of their squares

    def __init__(self, param):
        super().__init__(param)
        # Caffe: divides by 0 with a share of 1, and is silent about it.
        self.momentum, self.momentum2 = share(param, "momentum"), share(param, "momentum2")

    def update(self, weights, diffs, history, rate, iter):
        means, squares = history
        torch._foreach_mul_(means, self.momentum)
        torch._foreach_add_(means, diffs, alpha=rest(self.momentum))
        torch._foreach_mul_(squares, self.momentum2)
        torch._foreach_add_(squares, torch._foreach_mul(diffs, diffs), alpha=rest(self.momentum2))
        rate = float(np.float32(rate) * np.float32(self._correction(iter + 1)))
        torch._foreach_copy_(diffs, means)
        # Caffe: delta is added to the root that is not corrected yet; torch.optim.Adam corrects it.
        move_by_root(weights, diffs, squares, rate, self.delta)

    def _correction(self, t: int) -> float:
        return sqrt(1 - self.momentum2**t) / (1 - self.momentum**t)
