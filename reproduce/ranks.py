"""The processes of one run: one alone, or those that torchrun starts, which share its images.

Rank r of w has the images r, r + w, r + 2 w, ...  All ranks make the same calls of `together`,
`in_turn` and `summed`, in the same order.  Messages go over gloo, between CPUs.

Errors  LostError, on every rank that lives, once one of them has died.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from weights_convert import ConvertError

from . import errors
from .command import BROKEN, complain
from .errors import DataError

T = TypeVar("T")
MEETING = timedelta(minutes=10)  # for all ranks to start
WAITING = timedelta(hours=12)  # for a rank to finish; one that dies is noticed at once
BROKEN_INPUT = (DataError, ConvertError, MemoryError, torch.OutOfMemoryError)


class LostError(DataError):
    """Another rank has died, or cannot be reached any more."""


class RankStoppedError(DataError):
    """This rank has stopped, as another one has failed and will say why."""


@dataclass(eq=False)
class Ranks:
    """This process among the `world` of the run.

    local, neighbours: its number on this machine, and how many there are.
    stage: which of the calls of `together` it is in.
    """

    rank: int = 0
    world: int = 1
    local: int = 0
    neighbours: int = 1
    store: "dist.Store | None" = None  # a torch may be built without any
    stage: int = 0

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes and prints."""
        return self.rank == 0

    def share(self, ids: Sequence[str]) -> Sequence[str]:
        """The ids that are this rank's."""
        return ids[self.rank :: self.world]

    def device(self, name: str) -> str:
        """--device `name` for this rank: a GPU of its own, if it is to be one and none is named."""
        wanted = name == "cuda" or (name == "auto" and torch.cuda.is_available())
        return f"cuda:{self.local}" if self.world > 1 and wanted else name

    def together(self, call: Callable[[], T]) -> T:
        """What `call()` gives here, once it has ended on every rank.

        Raises, on every rank alike, what it raised on any: DataError of the texts of all.
        """
        if self.world == 1:
            return call()
        self.stage += 1
        found, error = None, None
        try:
            found = call()
        except LostError:
            raise
        except BROKEN_INPUT as caught:
            error = caught
            with _lost(self):
                self.store.set(self._flag(), "1")
        if reasons := [told for told in self._gathered(_told(error)) if told]:
            raise _joined(reasons)
        return found

    def in_turn(self, call: Callable[[], T]) -> T:
        """As `together`, but rank 0 goes first, so that the others find what it fetched."""
        fetched = self.together(call if self.first else _nothing)
        others = self.together(_nothing if self.first else call)
        return fetched if self.first else others

    def check(self) -> None:
        """Raises RankStoppedError inside of `together` if it has failed on another rank."""
        with _lost(self):
            stopped = self.world > 1 and self.store.check([self._flag()])
        if stopped:
            raise RankStoppedError("another rank has failed")

    def summed(self, values: Tensor) -> Tensor:
        """The sum over all ranks of an integer tensor on the CPU, exactly."""
        return self._reduced(values, dist.ReduceOp.SUM)

    def longest(self, seconds: float) -> float:
        """The largest over all ranks."""
        return float(self._reduced(torch.tensor(seconds, dtype=torch.float64), dist.ReduceOp.MAX))

    def _reduced(self, values: Tensor, how: Any) -> Tensor:
        values = values.clone()
        if self.world > 1:
            with _lost(self):
                dist.all_reduce(values, how)
        return values

    def _gathered(self, value: Any) -> list[Any]:
        found = [None] * self.world
        with _lost(self):
            dist.all_gather_object(found, value)
        return found

    def _flag(self) -> str:
        return f"failed/{self.stage}"


ALONE = Ranks()


@contextmanager
def joined(meeting: timedelta = MEETING, waiting: timedelta = WAITING) -> Iterator[Ranks]:
    """The ranks of this run, from torchrun's environment; without it, this process alone.

    Among several, an error that all of them have is printed by rank 0, and all exit with 2;
    LostError is raised on each.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Ranks()
        return
    ranks = _met(meeting, waiting)
    try:
        yield ranks
        _leave(ranks)
    except LostError:
        raise
    except DataError as error:
        if ranks.first:
            complain(error)
        _leave(ranks)
        raise SystemExit(BROKEN) from None
    finally:
        dist.destroy_process_group()


def _met(meeting: timedelta, waiting: timedelta) -> Ranks:
    """This rank, once all have started.  Raises DataError for an environment that is not whole."""
    try:
        store, rank, world = next(dist.rendezvous("env://", timeout=meeting))
        dist.init_process_group("gloo", store=store, rank=rank, world_size=world, timeout=waiting)
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"torchrun: the ranks cannot meet: {reason}") from None
    local = int(os.environ.get("LOCAL_RANK", rank))
    neighbours = int(os.environ.get("LOCAL_WORLD_SIZE", world))
    return Ranks(rank, world, local, neighbours, dist.PrefixStore("reproduce", store))


def _leave(ranks: Ranks) -> None:
    """Waits for all: torchrun ends the others when one exits with an error."""
    sys.stdout.flush()
    ranks.together(_nothing)


@contextmanager
def _lost(ranks: Ranks) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise LostError(
            f"rank {ranks.rank} of {ranks.world}: another rank has ended or cannot be reached "
            f"({reason}): see what that one said; the same command goes on from here"
        ) from None


def _nothing() -> None:
    """The call of a rank that only waits."""


def _told(error: Exception | None) -> tuple[str, str] | None:
    """An error as the other ranks are told it: class and text."""
    if error is None or isinstance(error, RankStoppedError):
        return None
    text = f"not enough memory: {error}" if not isinstance(error, ValueError) else str(error)
    return type(error).__name__, text


def _joined(told: list[tuple[str, str]]) -> DataError:
    told = list(dict.fromkeys(told))
    kinds = {name for name, _ in told}
    kind = getattr(errors, kinds.pop(), DataError) if len(kinds) == 1 else DataError
    return kind("; ".join(text for _, text in told))
