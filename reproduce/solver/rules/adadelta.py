"""Caffe `AdaDelta`: steps of the size that the last ones had, `momentum` being the decay.

Source  BVLC/caffe src/caffe/solvers/adadelta_solver.cpp (ComputeUpdateValue).
"""

import torch

from ..rule import Rule, rest


class AdaDelta(Rule):
    histories = 2  # running means of squared gradients, and of squared steps

    def update(self, weights, diffs, history, rate, iter):
        gradients, steps = history
        self._take_in(gradients, diffs)
        ratios = torch._foreach_add(steps, self.delta)
        torch._foreach_div_(ratios, torch._foreach_add(gradients, self.delta))
        torch._foreach_sqrt_(ratios)
        torch._foreach_mul_(diffs, ratios)
        # Caffe: the history is of steps before the learning rate.
        self._take_in(steps, diffs)
        torch._foreach_mul_(diffs, rate)
        torch._foreach_sub_(weights, diffs)

    def _take_in(self, means, values) -> None:
        """Takes the squares of `values` into their running means."""
        torch._foreach_mul_(means, self.momentum)
        torch._foreach_add_(means, torch._foreach_mul(values, values), alpha=rest(self.momentum))
