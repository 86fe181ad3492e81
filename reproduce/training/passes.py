"""The forward passes of an iteration, each fed at its turn and with random numbers of its own.

What Dropout draws in pass k depends on the seed and on k alone, as which image it takes does: so a
run that is resumed, or shared out over several processes, draws what one that goes through does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

import torch

from .feeds import Feed
from .order import Order


@dataclass(frozen=True)
class Passes:
    """`count` of the `coming` feeds of this rank, of which it has taken `taken` before.

    look: is called with each feed, while it is on the CPU.
    """

    coming: Iterator[Feed]
    count: int
    taken: int
    order: Order
    device: torch.device
    look: Callable[[Feed], None] = lambda feed: None

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Feed]:
        """Each feed, on the device, once the random numbers of its pass are next."""
        for place, feed in enumerate(islice(self.coming, self.count)):
            self.look(feed)
            number = self.order.rank + (self.taken + place) * self.order.world
            torch.manual_seed(seed_of(self.order.seed, number))
            yield {blob: x.to(self.device, non_blocking=True) for blob, x in feed.items()}


def seed_of(seed: int, number: int) -> int:
    """The seed of pass `number` of a run: neighbours have nothing in common."""
    return Random(f"{seed} {number}").getrandbits(63)
