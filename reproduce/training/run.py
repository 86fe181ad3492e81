"""One net from beginning to end, or from its last snapshot: data, net, solver, loop.

Errors  DataError and ConvertError, before anything is trained, for what is missing or does not fit.
"""

import hashlib
import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from weights_convert import load_net
from weights_convert.prototxt import Message, write_prototxt

from ..atomic import check_writable
from ..datasets import Dataset, ids_sha256
from ..downloads import cache_folder
from ..errors import DataError
from ..lock import locked
from ..ranks import Ranks
from ..solver import Solver
from . import snapshots
from .loop import Loop
from .memory import lean
from .order import Order
from .plan import Plan
from .score import Scorer
from .snapshots import Snapshot
from .start import start

OTHER_RUN = {
    "net": "of recipe",
    "prototxt": "of a net whose prototxt has SHA-256",
    "solver": "of a solver with",
    "data": "of training on",
    "classes": "of classes",
    "seed": "of --seed",
    "ranks": "of so many processes:",
    "bf16": "of --bf16",
}


@dataclass(frozen=True)
class Run:
    """How one call trains its nets: where, with whom, and what it was called with."""

    device: torch.device
    ranks: Ranks
    command: str

    def train(self, plan: Plan) -> None:
        """Trains the net of `plan`, to its last iteration."""
        ranks = self.ranks
        with ExitStack() as held:
            ranks.together(partial(self._hold, held, plan))
            last = ranks.together(partial(resumed, plan))
            dataset = ranks.in_turn(plan.training_data)
            validation = ranks.in_turn(plan.validation_data)
            loop = ranks.in_turn(partial(self._loop, plan, dataset, last))
            loop.log.cut(last.iteration if last else None)
            scorer = None
            if validation is not None:
                net = loop.solver.net
                scorer = Scorer(plan.recipe, net, validation, ranks, plan.folder)
            loop.run(dataset, scorer, self.command)

    def _hold(self, held: ExitStack, plan: Plan) -> None:
        """Keeps other calls out of the folder, which is made if it is not there."""
        check_writable(plan.folder)
        if self.ranks.first:
            lock = plan.folder.with_name(f"{plan.folder.name}.lock")
            held.enter_context(locked(lock, wait=False))

    def _loop(self, plan: Plan, dataset: Dataset, last: Snapshot | None) -> Loop:
        """The solver of `plan`, in its loop, at its first iteration or where `last` left it."""
        options, ranks = plan.options, self.ranks
        order = Order(len(dataset), options.seed, ranks.rank, ranks.world)
        key = key_of(plan, dataset, ranks.world)
        if last:
            check_key(last, key)
        message = plan.recipe.prototxt()
        net = load_net(message, None, "TRAIN", generator=torch.Generator().manual_seed(1))
        lines = _torn(last) if last else self._started(plan, net)
        lean(net, segmented=options.checkpoint, bf16=options.bf16)
        solver = Solver.from_prototxt(_settings(plan), net.to(self.device))
        loop = Loop(plan, solver, order, key, ranks, lines)
        if last:
            loop.restore(last)
        return loop

    def _started(self, plan: Plan, net) -> tuple[str, ...]:
        options = plan.options
        weights = options.weights or cache_folder() / "weights"
        made = made_before(plan)
        generator = torch.Generator().manual_seed(options.seed)
        given, offline = plan.given(made), options.offline
        found = start(
            plan.recipe,
            net,
            weights,
            made=made,
            given=given,
            offline=offline,
            generator=generator,
        )
        return found.lines


def made_before(plan: Plan) -> dict[str, Path]:
    """Recipe -> the caffemodel of its last snapshot, of the stages that were trained here."""
    last = {
        stage.recipe: snapshots.newest(plan.options.out / stage.recipe)
        for stage in plan.recipe.start.stages
    }
    return {name: one.file("caffemodel") for name, one in last.items() if one}


def resumed(plan: Plan) -> Snapshot | None:
    """The snapshot to go on from; None to begin.

    Raises DataError for a run that is there and is not to be resumed, or none of whose snapshots
    is whole.
    """
    there, last = snapshots.found(plan.folder), snapshots.newest(plan.folder)
    if there and not plan.options.resume:
        raise DataError(
            f"{plan.folder}: has snapshots of a run, up to {there[-1].stem.name}: go on with "
            "--resume, or choose another --out"
        )
    if there and not last:
        raise DataError(
            f"{plan.folder}: no snapshot is whole ({there[-1].stem.name} and "
            f"{len(there) - 1} more): expected .caffemodel, .solverstate and .rng of one "
            "iteration; begin again in another --out"
        )
    return last


def _torn(last: Snapshot) -> tuple[str, ...]:
    """What is said of snapshots that are newer than the one that is gone on from."""
    newer = [one.stem.name for one in snapshots.found(last.folder) if last < one]
    return tuple(f"{name} is not whole, going on from {last.stem.name}" for name in newer)


def key_of(plan: Plan, dataset: Dataset, world: int) -> dict:
    """What must be the same for a run to go on."""
    recipe = plan.recipe
    key = {
        "net": recipe.name,
        "prototxt": hashlib.sha256(write_prototxt(recipe.prototxt()).encode()).hexdigest(),
        "solver": recipe.solver,
        "data": [dataset.name, dataset.split, ids_sha256(dataset.ids)],
        "classes": {truth: list(task.classes) for truth, task in dataset.tasks.items()},
        "seed": plan.options.seed,
        "ranks": world,
        "bf16": plan.options.bf16,
    }
    return json.loads(json.dumps(key))


def check_key(snapshot: Snapshot, key: dict) -> None:
    """Raises DataError unless `snapshot` is of the run that `key` describes."""
    found = snapshot.state().get("key", {})
    for name, value in key.items():
        if found.get(name) != value:
            old, new = _differing(found.get(name), value)
            raise DataError(
                f"{snapshot.file('rng')}: is {OTHER_RUN[name]} {old}, this call has {new}: call "
                "it as it was called before, or choose another --out"
            )


def _differing(old: object, new: object) -> tuple[object, object]:
    """Of two mappings, only what differs."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return old, new
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return tuple({key: values.get(key) for key in keys} for values in (old, new))


def _settings(plan: Plan) -> Message:
    message = Message.of(plan.recipe.solver)
    message.source = f"solver of {plan.recipe.name}"
    return message
