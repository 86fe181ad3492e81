"""The order in which the release's data layers draw training images: with replacement.

Draw 0 is made when the net is set up, another at the end of every forward pass: so pass k takes
draw k, and nothing else draws from the same numbers, for the layers of test nets take their images
in turn.  A solver makes iter_size passes an iteration.

Source  shelhamer/fcn.berkeleyvision.org@1305c73, nyud_layers.py and its like (setup, forward);
        random.py of Python 2.7 (randint, randrange).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from random import Random

SEED = 1337  # of all data layers of the release


@dataclass(frozen=True)
class Order:
    """Indices 0 to `count` - 1 without end, the same at every reading.

    rank, world: of the processes that train together; each takes every world-th draw, the first
        ones `rank`, so that with iter_size passes each, an iteration takes iter_size * world draws
        in a row: those that one process would take with iter_size * world.
    Raises ValueError for no images, or a rank that is not below `world`.
    """

    count: int
    seed: int = SEED
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"{self.count} images to draw from, expected 1 at least")
        if not 0 <= self.rank < self.world:
            raise ValueError(f"rank {self.rank} of {self.world}, expected 0 to {self.world - 1}")

    def draws(self, start: int = 0) -> Iterator[int]:
        """The index of each forward pass of this rank, from its pass number `start` on.

        >>> list(islice(Order(8498).draws(), 3)), list(islice(Order(8498).draws(1), 2))
        ([5249, 4531, 3108], [4531, 3108])
        """
        # Caffe: its layers run in Python 2, where randint(0, n - 1) is int(random() * n).
        # Python 3 has the same Mersenne Twister, seed and random(), but another randint.
        random = Random(self.seed).random
        every = (int(random() * self.count) for _ in repeat(None))
        return islice(every, self.rank + start * self.world, None, self.world)
