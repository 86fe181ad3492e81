"""What the numbers of a recipe amount to, worked out from its solver and its net, in sentences.

Units   rates are per iteration; an image has the size of SIZES, or of a common VOC photograph
Source  PAMI 2016, section 4.3 and table 2, for what the papers say of momentum (from memory)
"""

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import expm1, log
from typing import NamedTuple

from weights_convert.graph import Graph, Layer, read_graph
from weights_convert.lossnormalizer import LOSS, normalization

from ..recipes import Recipe, Stage, load
from .start import EARLY, is_score

PHOTOGRAPH = (375, 500)  # height and width of a common one of VOC
SIZES = {"nyudv2": (425, 560), "siftflow": (256, 256)}  # data sets whose images have one size
BLOBS = {"Convolution": 2, "InnerProduct": 2, "Deconvolution": 1, "Scale": 1}  # in this family
BATCH, COMMON_MOMENTUM = 20, 0.9  # what heavy momentum stands in for


class Rate(NamedTuple):
    """By what one parameter's rate and decay are multiplied."""

    lr: float
    decay: float


def explain(recipe: Recipe, size: tuple[int, int] | None = None) -> str:
    """Paragraphs on loss, rate, momentum, decay, what is frozen and what each layer begins with.

    size: height and width of an image, in pixels; by default what is common in the data set.
    """
    graph = read_graph(recipe.prototxt(), "TRAIN")
    size = size or SIZES.get(recipe.data.dataset, PHOTOGRAPH)
    paragraphs = [
        f"{recipe.name}: {recipe.title}",
        *_length(recipe),
        *_rate(recipe, graph, size),
        *_momentum(recipe),
        *_decay(recipe),
        *_layers(graph),
        *_beginnings(recipe, graph),
        *_masked(recipe),
        *(f"Note: {note}" for note in recipe.notes),
        f"Source: {recipe.source}",
    ]
    return "".join(f"{_wrapped(text)}\n" for text in paragraphs)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, subsequent_indent="  ", break_on_hyphens=False)


def rates(graph: Graph) -> dict[str, tuple[Rate, ...]]:
    """Layer -> the multipliers of its parameters, in the order of its blobs."""
    return {layer.name: _rates(layer) for layer in graph.layers if layer.type in BLOBS}


def frozen(graph: Graph) -> list[str]:
    """The layers that do not learn: those with parameters whose lr_mult are all 0."""
    return [name for name, own in rates(graph).items() if not any(rate.lr for rate in own)]


def _rates(layer: Layer) -> tuple[Rate, ...]:
    given = [Rate(block.lr_mult, block.decay_mult) for block in layer.params]
    # Caffe: a parameter without `param` block learns, and is decayed, as the solver says.
    return tuple((*given, *[Rate(1, 1)] * BLOBS[layer.type])[: BLOBS[layer.type]])


class _Solver(NamedTuple):
    """The numbers of a solver that matter here, Caffe's defaults where they are absent."""

    base_lr: float = 0.0
    momentum: float = 0.0
    weight_decay: float = 0.0
    iter_size: int = 1

    @classmethod
    def of(cls, recipe: Recipe) -> "_Solver":
        return cls(**{key: recipe.solver[key] for key in cls._fields if key in recipe.solver})

    @property
    def horizon(self) -> float:
        """Over how many iterations gradients add up, and how often a step counts in the end."""
        return 1 / (1 - self.momentum)


def _length(recipe: Recipe) -> Iterator[str]:
    loop, batch = recipe.loop, _Solver.of(recipe).iter_size
    yield (
        f"Length: {loop.times} x {loop.iterations:,} = {loop.total:,} iterations of "
        f"{_count(batch, 'image')}, {loop.total * batch:,} images in all, drawn with replacement "
        f"from {recipe.data.dataset} {recipe.data.split}; scored on {recipe.validation.dataset} "
        f"{recipe.validation.split} every {loop.iterations:,} iterations."
    )


def _rate(recipe: Recipe, graph: Graph, size: tuple[int, int]) -> Iterator[str]:
    lr, pixels = _Solver.of(recipe).base_lr, size[0] * size[1]
    image = f"an image of {size[1]} x {size[0]} has {pixels:,} pixels"
    if _averaged(graph):
        yield (
            f"Rate: the loss is the mean over the pixels that are not void (normalize: true), so "
            f"base_lr {lr:g} is a rate per pixel. With the loss summed, as in most nets of the "
            f"release, the same step on one image would take {lr / pixels:.4g}: {image}."
        )
    else:
        yield (
            f"Rate: the loss is the sum over the pixels, not their mean (normalize: false divides "
            f"by the images of a pass, of which there is one). As {image}, base_lr {lr:g} is a "
            f"rate of {lr * pixels:.4g} for the mean loss of a pixel. Larger images make larger "
            f"steps."
        )


def _averaged(graph: Graph) -> bool:
    """Whether the loss of an image is divided by its pixels."""
    losses = [layer for layer in graph.layers if layer.type == "SoftmaxWithLoss"]
    by = {normalization(layer.fields("loss_param", LOSS)) for layer in losses}
    return bool(by & {"VALID", "FULL"})


def _momentum(recipe: Recipe) -> Iterator[str]:
    solver = _Solver.of(recipe)
    momentum, batch = solver.momentum, solver.iter_size
    yield (
        f"Momentum: {momentum:g} adds up gradients over about 1 / (1 - {momentum:g}) = "
        f"{solver.horizon:.4g} iterations, {_count(solver.horizon * batch, 'image')}; each moves "
        f"a weight by base_lr / (1 - momentum) = {solver.base_lr * solver.horizon:.3g} times "
        f"itself in the end."
    )
    per_image = COMMON_MOMENTUM ** (1 / BATCH)
    if batch > 1:
        yield (
            f"Batch: the gradients of {batch} images are averaged before a step. Per image, "
            f"momentum {momentum:g} fades by {momentum:g}^(1/{batch}) = "
            f"{momentum ** (1 / batch):.4f}."
        )
    elif momentum > COMMON_MOMENTUM:
        yield (
            f"Why {momentum:g}: momentum {COMMON_MOMENTUM:g} over batches of {BATCH} images fades "
            f"by {COMMON_MOMENTUM:g}^(1/{BATCH}) = {per_image:.4f} per image, which the papers "
            f"round to 0.99: with it single images stand in for a batch, though it fades "
            f"{log(momentum) / log(per_image):.2g} times as fast."
        )


def _decay(recipe: Recipe) -> Iterator[str]:
    solver, total = _Solver.of(recipe), recipe.loop.total
    lost = -100 * expm1(-solver.base_lr * solver.weight_decay * solver.horizon * total)
    yield (
        f"Decay: weight_decay {solver.weight_decay:g} is times base_lr as well, so {total:,} "
        f"iterations take {lost:.2g} % from a weight that has no gradient."
    )


def _layers(graph: Graph) -> Iterator[str]:
    found = rates(graph)
    doubled = [name for name, own in found.items() if len(own) > 1 and own[1] == Rate(2, 0)]
    plain = [name for name, own in found.items() if len(own) > 1 and own[1] == Rate(1, 1)]
    if doubled:
        yield f"Biases: at twice the rate and not decayed in {_runs(doubled, found)}."
    if plain:
        yield f"Biases: as the weights, decayed too, in {_runs(plain, found)}: none is stated."
    yield f"Frozen (lr_mult 0): {_runs(frozen(graph), found) or 'nothing'}."


def _beginnings(recipe: Recipe, graph: Graph) -> Iterator[str]:
    """Which layers begin with what, in the words of start.py."""
    for source, layers in beginnings(recipe, graph).items():
        yield f"Begins with {source}: {_runs(layers, rates(graph))}."


def beginnings(recipe: Recipe, graph: Graph) -> dict[str, list[str]]:
    """What a layer begins with, in words -> the layers."""
    staged = {layer: words for stage in recipe.start.stages for layer, words in _outcome(stage)}
    found: dict[str, list[str]] = {}
    for layer in graph.layers:
        if layer.type in BLOBS:
            words = staged.get(layer.name) or _beginning(recipe, layer.name, layer.type)
            found.setdefault(words, []).append(layer.name)
    return found


def _outcome(stage: Stage) -> Iterator[tuple[str, str]]:
    """Each layer that `stage` fills, if the net has it, with what it then begins with."""
    when = f" after {stage.iteration:,} iterations" if stage.iteration else ""
    for layer in rates(read_graph(load(stage.recipe).prototxt(), "TRAIN")):
        yield layer + stage.suffix, f"the outcome of {stage.recipe}{when}"


def _beginning(recipe: Recipe, name: str, type: str) -> str:
    """Of a layer that no stage fills."""
    if type in ("Deconvolution", "Scale"):
        return "bilinear kernels" if type == "Deconvolution" else "the constant that it states"
    if is_score(name):
        return "zeros"
    early = ", the mean of its channels for depth" if name == EARLY else ""
    return f"{recipe.start.classifier}, fully connected layers cast to convolutions{early}"


def _masked(recipe: Recipe) -> Iterator[str]:
    if recipe.mask:
        yield f"Masked in each image, by its label: {recipe.mask} (see reproduce/masking.py)."


def _runs(layers: Iterable[str], every: Iterable[str]) -> str:
    """Their names; of more than four that follow each other in `every`, the first and the last."""
    layers, runs = set(layers), []
    for together, group in groupby(every, layers.__contains__):
        names = list(group)
        if together and len(names) > 4:
            runs.append(f"{names[0]} ... {names[-1]} ({len(names)} layers)")
        elif together:
            runs += names
    return ", ".join(runs)


def _count(number: float, what: str) -> str:
    return f"{number:.4g} {what}{'' if number == 1 else 's'}"
