"""Caffe `SGD`: momentum on the steps, not on the gradients.

Source  BVLC/caffe src/caffe/solvers/sgd_solver.cpp (ComputeUpdateValue).
"""

import torch

from ..rule import Rule


class SGD(Rule):
    def update(self, weights, diffs, history, rate, iter):
        (steps,) = history
        # Caffe: the history holds the learning rate; torch.optim.SGD has it outside.
        torch._foreach_mul_(steps, self.momentum)
        torch._foreach_add_(steps, diffs, alpha=rate)
        torch._foreach_sub_(weights, steps)
