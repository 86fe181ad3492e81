"""Caffe `RMSProp`: each step divided by the root of a running mean of squared gradients.

Source  BVLC/caffe src/caffe/solvers/rmsprop_solver.cpp (ComputeUpdateValue).
"""

import torch

from ..rule import Rule, refuse_momentum, rest, share
from .adagrad import move_by_root


class RMSProp(Rule):
    def __init__(self, param):
        super().__init__(param)
        refuse_momentum(param)
        self.decay = share(param, "rms_decay")

    def update(self, weights, diffs, history, rate, iter):
        (squares,) = history
        torch._foreach_mul_(squares, self.decay)
        torch._foreach_add_(squares, torch._foreach_mul(diffs, diffs), alpha=rest(self.decay))
        move_by_root(weights, diffs, squares, rate, self.delta)
