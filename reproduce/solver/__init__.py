"""Caffe's solver, step by step: gradients summed, clipped, normalised, regularised, applied.

    net = load_net("train.prototxt", "vgg16.caffemodel", phase="TRAIN", shapes=shapes)
    solver = Solver.from_prototxt("solver.prototxt", net)
    loss = solver.step([{"data": x, "label": y}])
    solver.snapshot()

Units   losses and rates as Caffe reports them: a loss is multiplied by its loss_weight
Source  BVLC/caffe src/caffe/solver.cpp (Step, UpdateSmoothedLoss), src/caffe/solvers/sgd_solver.cpp
        (ApplyUpdate, ClipGradients, Normalize, Regularize).
"""

from collections import deque
from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from os import PathLike
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from weights_convert import ConvertError
from weights_convert.errors import UnsupportedError, naming
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Message
from weights_convert.solverparameter import read_solver

from ..errors import DataError
from ..precision import exact
from . import policies, rules, snapshots
from .batch import Batch, batches
from .learnable import learnables

__all__ = ["NotFinite", "Solver"]

BLOCK = 1 << 18  # numbers of a gradient that are made float64 at a time


class NotFinite(DataError):  # noqa: N818, it is what the loss is
    """A loss, a gradient or a learning rate that is no number; nothing was updated with it."""


class Solver:
    """Trains `net` as Caffe's solver of `param` does.

    param: of read_solver; net: of phase TRAIN, with its losses, on the device on which it stays.
    iter: how often the parameters were updated; history, current_step: as in a solverstate.
    learnables: the net's parameters in Caffe's order; rule: what moves them.
    Raises ConvertError for settings or a net with which Caffe would not train.
    """

    def __init__(self, param: SimpleNamespace, net: CaffeNet):
        policies.check(param)
        _check(param, net)
        self.param, self.net, self.rule = param, net, rules.build(param)
        self.iter = self.current_step = 0
        self.learnables = learnables(net)
        self.history = [
            torch.zeros_like(each.parameter.detach(), memory_format=torch.contiguous_format)
            for _ in range(self.rule.histories)
            for each in self.learnables
        ]
        self._losses: deque[float] = deque(maxlen=param.average_loss)

    @classmethod
    def from_prototxt(cls, prototxt: str | PathLike | Message, net: CaffeNet) -> "Solver":
        """The solver of a solver.prototxt: a file, or a Message that was parsed."""
        return cls(read_solver(prototxt), net)

    @property
    def lr(self) -> float:
        """The learning rate of the update to come."""
        return policies.learning_rate(self.param, self.iter, self.current_step)[0]

    @property
    def smoothed_loss(self) -> float:
        """The mean of the last `average_loss` losses, which Caffe displays; nan before the first.

        As in Caffe it begins anew with a solver that resumes.
        """
        return fmean(self._losses) if self._losses else float("nan")

    def step(self, feeds: Sequence[Mapping[str, Tensor]]) -> float:
        """One iteration; returns its loss, the mean over `feeds`.

        feeds: iter_size times what the net's inputs are fed, e.g. data (N, 3, H, W) float32 and
            label (N, 1, H, W), on the net's device.
        Raises ConvertError for feeds that are not such; NotFinite, before the update.
        """
        loss = self.accumulate(feeds)
        self.apply_update(loss)
        return loss

    def accumulate(self, feeds: Sequence[Mapping[str, Tensor]]) -> float:
        """The first half of `step`: returns the loss, leaves the sum of gradients in `.grad`."""
        if len(feeds) != self.param.iter_size:
            raise ConvertError(f"{len(feeds)} feeds, expected iter_size {self.param.iter_size}")
        self._clear()
        self.net.train()
        total = 0.0
        with exact():
            for place, feed in enumerate(feeds):
                with naming(f"feed {place}"):
                    loss = self._loss(feed)
                if loss.requires_grad:  # else nothing that it depends on is learned
                    loss.backward()
                total = total + loss.detach().double()  # no wait for a GPU until all are done
        return total.item() / len(feeds)

    @torch.no_grad()
    def apply_update(self, loss: float) -> None:
        """The second half of `step`: applies what is in `.grad`, and clears it.

        loss: of the iteration; what shares the work out over several GPUs gives the mean of them.
        """
        rate, current_step = policies.learning_rate(self.param, self.iter, self.current_step)
        self._require_finite("loss", loss)
        self._require_finite("learning rate", rate)
        scale = self._clipping()
        for batch in batches(self.learnables, self.history):
            self._regularize(batch, scale)
            local = float(np.float32(rate) * np.float32(batch.lr_mult))
            self.rule.update(batch.weights, batch.diffs, batch.history, local, self.iter)
        self._clear()
        self._losses.append(loss)
        self.current_step = current_step
        self.iter += 1

    def gradient_norm(self) -> float:
        """The L2 norm of all gradients that are accumulated, which clip_gradients bounds."""
        grads = [each.parameter.grad for each in self.learnables]
        pieces = (p.double() for g in grads if g is not None for p in g.reshape(-1).split(BLOCK))
        # In one sum of 10^8 numbers float32 loses the fourth digit.
        squares = [torch.dot(piece, piece) for piece in pieces]
        return sqrt(torch.stack(squares).sum().item()) if squares else 0.0

    def snapshot(self, prefix: str | PathLike | None = None) -> Path:
        """Writes PREFIX.caffemodel and PREFIX.solverstate, from which Caffe resumes too.

        prefix: by default snapshot_prefix_iter_N.  With snapshot_format HDF5 both end in .h5.
        Returns the path of the solverstate.  Random numbers, as Dropout's, are in neither file.
        """
        return snapshots.write(self, prefix or f"{self.param.snapshot_prefix}_iter_{self.iter}")

    def restore(self, path: str | PathLike) -> None:
        """Takes up where the solverstate in `path`, ours or Caffe's, left off.

        Its net is looked for beside it, then where it says.  Raises ConvertError or MissingError,
        before anything is changed, for files that are broken, missing or another net's.
        """
        snapshots.read(self, path)
        self._clear()
        self._losses.clear()

    def _loss(self, feed: Mapping[str, Tensor]) -> Tensor:
        weights = self.net.graph.loss_weights
        blobs = self.net(keep=list(weights), **feed)
        return sum(weight * blobs[blob].sum() for blob, weight in weights.items())

    def _clipping(self) -> float:
        """What the gradients are to be multiplied by."""
        bound = self.param.clip_gradients
        if bound < 0:
            return 1.0
        # Caffe: of the sum over iter_size, before it is divided and before weight decay.
        norm = self.gradient_norm()
        self._require_finite("gradient norm", norm)
        return float(np.float32(bound) / np.float32(norm)) if norm > bound else 1.0

    def _regularize(self, batch: Batch, scale: float) -> None:
        """Clips, normalises and regularises the gradients of `batch` in place."""
        if scale != 1:
            torch._foreach_mul_(batch.diffs, scale)
        if self.param.iter_size != 1:
            torch._foreach_mul_(
                batch.diffs, float(np.float32(1) / np.float32(self.param.iter_size))
            )
        decay = float(np.float32(self.param.weight_decay) * np.float32(batch.decay_mult))
        if decay:
            l1 = self.param.regularization_type == "L1"
            pulls = torch._foreach_sign(batch.weights) if l1 else batch.weights
            torch._foreach_add_(batch.diffs, pulls, alpha=decay)

    def _clear(self) -> None:
        for each in self.learnables:
            each.parameter.grad = None

    def _require_finite(self, what: str, value: float) -> None:
        if not isfinite(value):
            raise NotFinite(
                f"iteration {self.iter}: {what} is {value}, expected a number: the net is as the "
                f"{self.iter} iterations before left it; try a lower base_lr or clip_gradients"
            )


def _check(param: SimpleNamespace, net: CaffeNet) -> None:
    if net.graph.phase != "TRAIN" or not net.graph.loss_weights:
        raise ConvertError(
            f"net {net.graph.name!r}: phase {net.graph.phase} with losses "
            f'{sorted(net.graph.loss_weights)}, expected phase="TRAIN" and a loss layer'
        )
    if param.snapshot_diff:
        raise UnsupportedError(f"{param.source}: snapshot_diff, expected snapshots of data alone")
