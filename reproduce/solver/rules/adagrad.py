"""Caffe `AdaGrad`: each step divided by the root of the sum of all squared gradients.

Source  BVLC/caffe src/caffe/solvers/adagrad_solver.cpp (ComputeUpdateValue).
"""

import torch

from ..rule import Rule, refuse_momentum


class AdaGrad(Rule):
    def __init__(self, param):
        super().__init__(param)
        refuse_momentum(param)

    def update(self, weights, diffs, history, rate, iter):
        (squares,) = history
        torch._foreach_add_(squares, torch._foreach_mul(diffs, diffs))
        move_by_root(weights, diffs, squares, rate, self.delta)


def move_by_root(weights, diffs, squares, rate: float, delta: float) -> None:
    """weights -= rate * (diffs / (sqrt(squares) + delta)), rounded after each operation."""
    # Caffe: delta stands outside of the root.
    roots = torch._foreach_sqrt(squares)
    torch._foreach_add_(roots, delta)
    torch._foreach_div_(diffs, roots)
    torch._foreach_mul_(diffs, rate)
    torch._foreach_sub_(weights, diffs)
