"""Two training steps in a process of their own: its largest resident memory in bytes on stdout.

    python -m benchmarks.training_once NET plain|checkpoint 0|1

The last word: whether the net is the narrow one of the sample.
"""

import sys

from reproduce.solver import Solver
from reproduce.training.memory import lean
from weights_convert.prototxt import Message

from .load_once import maximum, resident
from .training import feed, filled, recipe_of


def main(net: str, how: str, sample: str) -> int:
    recipe = recipe_of(net, sample == "1")
    module = lean(filled(recipe), segmented=how == "checkpoint")
    solver = Solver.from_prototxt(Message.of(recipe.solver | {"base_lr": 1e-20}), module)
    for _ in range(2):
        solver.step([feed(recipe)])
    print(resident("VmHWM") or maximum())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
