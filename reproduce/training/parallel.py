"""One iteration, whether one process makes it or several that torchrun started.

Each of `world` ranks makes iter_size passes of its own.  Their gradients are summed over ranks, and
divided by iter_size * world: what one process with iter_size * world would do, clipping included.
All ranks then make the same update.  Gradients on a GPU are summed by NCCL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
import torch.distributed as dist
from torch import Tensor

from ..ranks import LostError, Ranks
from ..solver import Solver
from .passes import Passes
from .watch import Watch


class Stepper:
    """Makes the iterations of `solver`, together with the solvers of the other ranks."""

    def __init__(self, solver: Solver, ranks: Ranks):
        self.solver, self.ranks, self.group = solver, ranks, None
        device = next(solver.net.parameters()).device
        if ranks.world > 1 and device.type == "cuda" and dist.is_nccl_available():
            self.group = dist.new_group(backend="nccl")

    def step(self, passes: Passes, watch: Watch) -> tuple[float, float]:
        """The loss of one iteration, and that of guessing; means over passes and ranks.

        watch: has looked at all feeds of `passes` once they are made.
        Raises NotFinite, before the update; DataError for an image, on every rank alike.
        """
        if self.ranks.world == 1:
            loss = self.solver.step(passes)
            return loss, watch.guessing / len(passes)
        loss = self.ranks.together(partial(self.solver.accumulate, passes))
        both = torch.tensor([loss, watch.guessing / len(passes)], dtype=torch.float64)
        loss, guess = (self.ranks.summed(both) / self.ranks.world).tolist()
        for gradient in self._gradients():
            self._sum(gradient)
        with _counted_as(self.solver, len(passes) * self.ranks.world):
            self.solver.apply_update(loss)
        return loss, guess

    def _gradients(self) -> Iterator[Tensor]:
        """The gradient of each parameter that learns, the same ones on every rank."""
        for each in self.solver.learnables:
            if each.parameter.requires_grad:
                if each.parameter.grad is None:
                    each.parameter.grad = torch.zeros_like(each.parameter)
                yield each.parameter.grad

    def _sum(self, gradient: Tensor) -> None:
        if self.group is None:
            gradient.copy_(self.ranks.summed(gradient.cpu()))
            return
        try:
            dist.all_reduce(gradient, group=self.group)
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise LostError(f"another rank has ended or cannot be reached ({reason})") from None


@contextmanager
def _counted_as(solver: Solver, passes: int) -> Iterator[None]:
    """While it lasts, the gradients of `solver` are those of so many passes."""
    own = solver.param.iter_size
    solver.param.iter_size = passes
    try:
        yield
    finally:
        solver.param.iter_size = own
