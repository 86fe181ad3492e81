"""Caffe `Nesterov`: a step back by the old momentum, then one ahead by the new.

Source  BVLC/caffe src/caffe/solvers/nesterov_solver.cpp (ComputeUpdateValue).
"""

import numpy as np
import torch

from ..rule import Rule


class Nesterov(Rule):
    def update(self, weights, diffs, history, rate, iter):
        (steps,) = history
        moves = torch._foreach_mul(steps, -self.momentum)
        torch._foreach_mul_(steps, self.momentum)
        torch._foreach_add_(steps, diffs, alpha=rate)
        torch._foreach_add_(moves, steps, alpha=float(np.float32(1) + np.float32(self.momentum)))
        torch._foreach_sub_(weights, moves)
