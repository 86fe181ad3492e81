"""The iterations of one run: steps, what is told of them, snapshots and scores in between."""

import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from statistics import fmean

import torch

from ..loader import workers_for
from ..provenance import provenance
from ..ranks import Ranks
from ..solver import NotFinite, Solver
from . import snapshots
from .display import Display
from .feeds import feeds
from .log import Log
from .order import Order
from .parallel import Stepper
from .passes import Passes
from .plan import Plan
from .plot import drawable, plot
from .score import Scorer, best
from .watch import Watch


@dataclass
class Pace:
    """How long steps take; seconds: of all, since the run began."""

    seconds: float = 0.0
    since: list[float] = field(default_factory=list)  # seconds of the steps since the last line
    before: float = 0.0  # seconds of a step, before that line

    def add(self, seconds: float) -> None:
        self.seconds += seconds
        self.since.append(seconds)

    @property
    def step(self) -> float:
        """Seconds of a step, of late."""
        return fmean(self.since) if self.since else self.before

    def line(self) -> None:
        """Begins anew."""
        self.since, self.before = [], self.step


class Loop:
    """Trains what `solver` has, up to the plan's last iteration.

    key: what must be the same when it goes on; beginning: lines on what the net began with.
    losses: those that are averaged; pace: what former calls took.
    """

    def __init__(
        self,
        plan: Plan,
        solver: Solver,
        order: Order,
        key: dict,
        ranks: Ranks,
        beginning: tuple[str, ...] = (),
    ):
        self.beginning = beginning
        self.plan, self.solver, self.order, self.key = plan, solver, order, key
        self.ranks, self.folder = ranks, plan.folder
        self.device = next(solver.net.parameters()).device
        self.losses: deque[float] = deque(maxlen=solver.param.average_loss)
        self.pace, self.scorer = Pace(), None
        self.log = Log(self.folder / "log.jsonl", silent=not ranks.first)
        self.watch = Watch(solver.net.graph, plan.recipe.spec.architecture.channels)
        self.stepper = Stepper(solver, ranks)

    def state(self) -> dict:
        """What a snapshot holds beside Caffe's files."""
        return {
            "key": self.key,
            "passes": self.solver.iter * self.solver.param.iter_size * self.order.world,
            "losses": list(self.losses),
            "seconds": self.pace.seconds,
        }

    def restore(self, snapshot: snapshots.Snapshot) -> None:
        """Goes on from `snapshot`, as if the run had never stopped."""
        self.solver.restore(snapshot.file("solverstate"))
        state = snapshot.state()
        self.losses.extend(state["losses"])
        self.pace.seconds = state["seconds"]

    def run(self, dataset, scorer: Scorer | None, command: str) -> None:
        """Trains to the end.  Raises NotFinite, naming the last snapshot, for a loss that is none.

        scorer: what scores the net in between, or None.
        """
        self.scorer, solver, total = scorer, self.solver, self.plan.total
        self._announce(command)
        with (
            Display(
                self.plan.recipe.name, total, solver.iter, not self.ranks.first
            ) as self.display,
            closing(self._feeds(dataset)) as coming,
        ):
            self._before()
            while solver.iter < total:
                self._iteration(coming)
                if solver.iter % self.plan.every == 0 or solver.iter == total:
                    self._keep()

    def _announce(self, command: str) -> None:
        facts = {"command": command, "provenance": provenance(self.device), "key": self.key}
        if self.solver.iter:
            self.log.add("resume", iteration=self.solver.iter, **facts)
        else:
            self.log.add("start", beginning=self.beginning, **facts)

    def _feeds(self, dataset):
        spec, size = self.plan.recipe.spec, self.solver.param.iter_size
        start, stop = self.solver.iter * size, self.plan.total * size
        workers = workers_for(max(stop - start, 0), self.ranks.neighbours)
        order, mask = self.order, self.plan.recipe.mask
        parts = dataset, spec.inputs, spec.heads, order, start, max(stop, start)
        return feeds(*parts, workers=workers, mask=mask)

    def _before(self) -> None:
        for line in self.beginning:
            self.display.say(line)
        if reason := drawable():
            self.display.say(f"warning: {reason}")
        scored = any(line["iteration"] == self.solver.iter for line in self.log.lines("scores"))
        due = self.ranks.first and not scored and (self.solver.iter or self.plan.options.sample)
        # The first rank decides: it alone writes the log.
        if self.scorer and self.ranks.summed(torch.tensor(int(due))):
            self._score()

    def _iteration(self, coming) -> None:
        began, rate, size = time.perf_counter(), self.solver.lr, self.solver.param.iter_size
        self.watch.guessing = 0.0
        taken, look = self.solver.iter * size, self.watch.look
        passes = Passes(coming, size, taken, self.order, self.device, look)
        try:
            loss, guessing = self.stepper.step(passes, self.watch)
        except NotFinite as error:
            raise self._diverged(error) from None
        self.losses.append(loss)
        self.pace.add(time.perf_counter() - began)
        self._tell(loss, rate)
        if said := self.watch.said(self.solver.iter, loss, guessing, rate):
            self.display.say(f"warning: {said}")
            self.log.add("warning", iteration=self.solver.iter, text=said)

    def _tell(self, loss: float, rate: float) -> None:
        iteration, smoothed = self.solver.iter, fmean(self.losses)
        images = self.solver.param.iter_size * self.ranks.world
        speed, left = images / self.pace.step, (self.plan.total - iteration) * self.pace.step
        self.display.update(smoothed, rate, speed)
        if iteration % (self.solver.param.display or 1) and iteration not in (1, self.plan.total):
            return
        told = {"loss": loss, "smoothed_loss": smoothed, "lr": rate, "images_per_second": speed}
        self.log.add("loss", iteration=iteration, **told, seconds=self.pace.seconds)
        self.display.line(iteration, smoothed, rate, speed, left)
        self.pace.line()

    def _keep(self) -> None:
        """Writes a snapshot, scores it, and lets old ones go."""
        self.ranks.together(self._write)
        if self.scorer:
            self._score()
        self.ranks.together(self._tidy)

    def _write(self) -> None:
        if self.ranks.first:
            snapshots.write(self.solver, self.folder, self.state())

    def _tidy(self) -> None:
        if not self.ranks.first:
            return
        kept = best(self.log.lines("scores"))
        snapshots.prune(self.folder, self.plan.options.keep, [kept["iteration"]] if kept else [])
        if drawable() is None:
            plot(self.folder / "plot.png", self.plan.recipe.title, self.log.lines())

    def _score(self) -> None:
        began = time.perf_counter()
        counts = self.scorer.counts()
        scores = self.ranks.together(lambda: self.scorer.scores(counts))
        self.log.add(
            "scores",
            iteration=self.solver.iter,
            scores=scores,
            counts={head: found.tolist() for head, found in counts.items()},
            images=len(self.scorer.dataset),
            seconds=time.perf_counter() - began,
        )
        texts = (
            f"{key} {100 * found['mean_iu']:.4f}"
            for key, found in scores.items()
            if "mean_iu" in found
        )
        self.display.say(f"iteration {self.solver.iter}: mean IU, %: {', '.join(texts)}")

    def _diverged(self, error: NotFinite) -> NotFinite:
        last = snapshots.newest(self.folder)
        good = f"the last good snapshot is {last.stem}.caffemodel" if last else "no snapshot yet"
        self.log.add("stop", iteration=self.solver.iter, text=str(error))
        return NotFinite(f"{self.plan.recipe.name}: {error}; {good}")
