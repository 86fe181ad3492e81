"""A training step beside that of plain PyTorch, and what it takes of memory: this module, run.

    solver     reproduce.solver: Caffe's arithmetic, one image
    PyTorch    the same modules, F.cross_entropy summed and torch.optim.SGD with the same rates
    peak       largest resident memory of a process that makes two steps, Python and libraries
               included; plain, and with --checkpoint

Units   s: medians over the steps, which take turns; the first of each is not counted.  GiB.
        ratio: time of PyTorch over that of the solver, the median over the pairs of steps.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from reproduce import provenance, recipes
from reproduce.atomic import check_writable
from reproduce.command import command
from reproduce.errors import DataError
from reproduce.precision import exact
from reproduce.recipes import Recipe
from reproduce.solver import Solver
from reproduce.training import on_sample
from weights_convert import load_net
from weights_convert.net import CaffeNet
from weights_convert.prototxt import Message
from weights_convert.surgery import interpolate

from .load import run_python
from .sheet import write_sheet

NET, SIZE = "voc-fcn8s", (375, 500)
GIB = 2**30
TITLE = "A training step"
EXAMPLE = """example:
  python -m benchmarks.training --steps 5
  python -m benchmarks.training --sample --steps 20     the narrow net of the bundled sample
"""


@command
def main(arguments: list[str] | None = None) -> int:
    """Measures and writes the sheet; returns the exit status."""
    options = _options(arguments)
    _check(options)
    check_writable(options.out.parent)
    recipe = recipe_of(options.net, options.sample)
    rows = [speed(recipe, options.steps)]
    rows += [] if options.no_memory else memory(options.net, options.sample)
    call = provenance.call("benchmarks.training", arguments, {"--out"})
    print(write_sheet(options.out, TITLE, call, rows), end="")
    return 0


def recipe_of(net: str, sample: bool) -> Recipe:
    """The recipe that is measured, with the narrow net if so."""
    return on_sample.recipe(net) if sample else recipes.load(net)


def filled(recipe: Recipe, losses: bool | None = None) -> CaffeNet:
    """The training net of `recipe` with random weights, the same at every call."""
    net = load_net(recipe.prototxt(), None, "TRAIN", losses=losses)
    generator = torch.Generator().manual_seed(0)
    for parameter in net.parameters():
        if parameter.dim() > 1:
            torch.nn.init.kaiming_normal_(parameter, generator=generator)
    types = {layer.name: layer.type for layer in net.graph.layers}
    interpolate(net, [layer for layer in net.params() if types[layer] == "Deconvolution"])
    return net


def feed(recipe: Recipe) -> dict[str, Tensor]:
    """A random image and label of the common size."""
    generator = torch.Generator().manual_seed(1)
    classes = recipe.spec.architecture.channels["score"]
    image = 60 * torch.randn(1, 3, *SIZE, generator=generator)
    return {"data": image, "label": torch.randint(classes, (1, 1, *SIZE), generator=generator)}


def caffe_step(recipe: Recipe) -> Callable[[], None]:
    """A step of reproduce.solver."""
    solver = Solver.from_prototxt(Message.of(recipe.solver | {"base_lr": 1e-20}), filled(recipe))
    blobs = feed(recipe)
    return lambda: solver.step([blobs])


def plain_step(recipe: Recipe) -> Callable[[], None]:
    """A step as one writes it in PyTorch."""
    net, blobs = filled(recipe, losses=False), feed(recipe)
    optimiser = torch.optim.SGD(_groups(net, recipe), lr=1e-20, momentum=recipe.solver["momentum"])
    truth = blobs["label"][:, 0].long()

    def step() -> None:
        optimiser.zero_grad()
        scores = net(data=blobs["data"])["score"]
        loss = F.cross_entropy(scores, truth, ignore_index=255, reduction="sum")
        loss.backward()
        optimiser.step()
        loss.item()

    return step


def _groups(net: CaffeNet, recipe: Recipe) -> list[dict]:
    learned = [p for p in net.parameters() if p.requires_grad]
    biases = [p for p in learned if p.dim() == 1]
    weights = [p for p in learned if p.dim() > 1]
    decay = recipe.solver["weight_decay"]
    return [{"params": weights, "weight_decay": decay}, {"params": biases, "lr": 2e-20}]


def speed(recipe: Recipe, steps: int) -> dict[str, str]:
    """The row of times."""
    calls = {"solver": caffe_step(recipe), "PyTorch": plain_step(recipe)}
    found = {name: [] for name in calls}
    with (
        exact(),
        tqdm(total=2 * (steps + 1), unit="step", disable=None, leave=False) as bar,
    ):
        for place in range(steps + 1):
            for name in list(calls)[:: 1 if place % 2 else -1]:
                start = time.perf_counter()
                calls[name]()
                found[name].append(time.perf_counter() - start)
                bar.update()
    times = {name: seconds[1:] for name, seconds in found.items()}
    ratios = [b / a for a, b in zip(*times.values(), strict=True)]
    row = _row(recipe, "time", steps)
    row |= {f"{name} s": f"{statistics.median(times[name]):.3f}" for name in times}
    return row | {"ratio": f"{statistics.median(ratios):.3f}", "peak GiB": "-"}


def memory(net: str, sample: bool) -> list[dict[str, str]]:
    """The rows of memory."""
    rows, peaks = [], []
    for how in ("plain", "checkpoint"):
        words = ["-m", "benchmarks.training_once", net, how, str(int(sample))]
        peaks.append(int(run_python(words)) / GIB)
        row = _row(recipe_of(net, sample), f"memory, {how}", 2)
        row |= {"solver s": "-", "PyTorch s": "-"}
        rows.append(row | {"ratio": f"{peaks[-1] / peaks[0]:.3f}", "peak GiB": f"{peaks[-1]:.3f}"})
    return rows


def _row(recipe: Recipe, what: str, steps: int) -> dict[str, str]:
    narrow = " (narrow)" if isinstance(recipe, on_sample.SampleRecipe) else ""
    size = f"{SIZE[1]}x{SIZE[0]}"
    return {"net": recipe.name + narrow, "image": size, "what": what, "steps": str(steps)}


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training",
        description="Time and memory of a training step, as a CSV and a Markdown table.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--net", default=NET, help=f"a VOC recipe (default: {NET})")
    parser.add_argument("--sample", action="store_true", help="the narrow net of the sample")
    parser.add_argument("--steps", type=int, default=5, metavar="N", help="timed (default: 5)")
    parser.add_argument("--no-memory", action="store_true", help="only the times")
    parser.add_argument("--out", type=Path, default=Path("results/training.csv"), metavar="CSV")
    return parser.parse_args(arguments)


def _check(options: argparse.Namespace) -> None:
    if options.steps < 1:
        raise DataError(f"--steps {options.steps}: too few, expected at least 1")
    if options.out.suffix != ".csv":
        raise DataError(f"--out {options.out}: expected a name that ends in .csv")
    if recipe_of(options.net, options.sample).spec.heads != {"score": "label"}:
        raise DataError(f"--net {options.net}: has several heads, expected a recipe with one")


if __name__ == "__main__":
    sys.exit(main())
