"""What a training net begins with: a classifier cast to convolutions, or nets trained before.

trunk       from the source, by layer name; fully connected layers become convolutions
score       from an earlier stage; else zeros, so that a new skip leaves the scores as they are
upsampling  from an earlier stage, where it may have been learned; else bilinear
The net is loaded with phase="TRAIN" and no caffemodel.

Errors  DataError and its children, naming the layer or file; nothing trains from zeros.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, the solve.py files; surgery.py
"""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import NamedTuple

import torch

from weights_convert import ConvertError, read_caffemodel
from weights_convert.filler import constant, fill_
from weights_convert.net import CaffeNet
from weights_convert.surgery import Parameters, Report, extend_input, interpolate, transplant

from .. import downloads, nets, remotes
from ..errors import DataError, MissingError
from ..recipes import Recipe, Stage
from . import torchvision_vgg16

EARLY, FIRST = "conv1_1_bgrd", "conv1_1"  # layer of early fusion, and the one that it is made of
VGG16 = "VGG_ILSVRC_16_layers.caffemodel"


class Started(NamedTuple):
    """The files that a net began with, and a line about each layer that was not merely copied."""

    files: tuple[Path, ...]
    lines: tuple[str, ...]


def start(
    recipe: Recipe,
    net: CaffeNet,
    weights: Path,
    *,
    made: Mapping[str, Path] | None = None,
    given: str | Path | None = None,
    offline: bool = False,
    generator: torch.Generator | None = None,
) -> Started:
    """Fills the training net of `recipe`, in place.

    weights: folder of caffemodels under their published names, or where they are put.
    made: recipe -> the caffemodel that its training made; stages that are not here come from
        `weights`, as NAME.caffemodel or as the release has them.
    given: begin with this instead: a caffemodel, or a file of remotes/; torchvision's VGG16 too.
        Scores of other classes than the net's are not taken from it.
    generator: of fc6 and fc7, random where torchvision's VGG16 is given.
    Raises DataError for a file that does not fit, or if a layer of the trunk would begin at zero.
    """
    net.begin(generator)
    sources = _sources(recipe, Path(weights), made or {}, given, offline)
    untouched = {(layer, i) for layer, own in net.params().items() for i in range(len(own))}
    lines: list[str] = []
    for path, suffix in sources:
        report, said = _fill(net, path, suffix)
        untouched -= {move.new for move in report.moves}
        lines += [f"from {path}:", *said]
    files = tuple(path for path, _ in sources)
    if any(torchvision_vgg16.is_one(path) for path in files):
        lines += _random(net, untouched, generator)
    lines += _complete(net, untouched)
    _check_trunk(net, untouched, files)
    return Started(files, tuple(lines))


def is_score(layer: str) -> bool:
    """Whether a convolution of the family scores classes, and so begins at zero."""
    return layer.startswith("score")


def _sources(
    recipe: Recipe,
    weights: Path,
    made: Mapping[str, Path],
    given: str | Path | None,
    offline: bool,
) -> list[tuple[Path, str]]:
    """Each file, and the suffix of the layers that it fills."""
    if given is not None:
        return [(_given(given, weights, offline), "")]
    if recipe.start.classifier:
        return [(_classifier(recipe.start.classifier, weights, offline), "")]
    return [(_stage(stage, weights, made, offline), stage.suffix) for stage in recipe.start.stages]


def _given(given: str | Path, weights: Path, offline: bool) -> Path:
    if Path(given).is_file():
        return Path(given)
    if str(given) in remotes.names():
        return downloads.fetch(remotes.remote(str(given)), weights, offline=offline)
    raise MissingError(f"{given}: no such file, expected a caffemodel to begin with")


def _classifier(name: str, weights: Path, offline: bool) -> Path:
    try:
        return downloads.fetch(remotes.remote(name), weights, offline=offline)
    except MissingError as error:
        if name != VGG16:
            raise
        raise MissingError(
            f"{error}; or begin with {torchvision_vgg16.FILE}, which lacks fc6 and fc7"
        ) from None


def _stage(stage: Stage, weights: Path, made: Mapping[str, Path], offline: bool) -> Path:
    path = Path(made.get(stage.recipe, weights / f"{stage.recipe}.caffemodel"))
    if path.is_file():
        return path
    released = nets.load(stage.recipe).weights if stage.recipe in nets.names() else None
    if stage.recipe in made or not released:
        raise MissingError(
            f"{path}: no such file; train it first: python -m reproduce.train {stage.recipe}"
        )
    return downloads.fetch(remotes.remote(released), weights, offline=offline)


def _fill(net: CaffeNet, path: Path, suffix: str) -> tuple[Report, list[str]]:
    """What was moved out of `path`, and in words what is not a copy."""
    params = torchvision_vgg16.read(path) if torchvision_vgg16.is_one(path) else _read(path)
    other = _other_classes(net, params, suffix)
    try:
        report = transplant(net, params, suffix, dict.fromkeys(other))
        if EARLY in net.params() and FIRST in params:
            early = extend_input(net, EARLY, params, FIRST)
            report = Report((*report.moves, *early.moves), report.dropped, report.untouched)
    except ConvertError as error:
        raise DataError(f"{path}: {error}") from None
    lines = [f"  {move}" for move in report.moves if move.how != "copied"]
    copied = sum(move.how == "copied" for move in report.moves)
    lines.append(f"  {copied} blobs copied as they are")
    lines += [f"  {layer} not taken: it has other classes" for layer in other]
    return report, lines


def _read(path: Path) -> Parameters:
    try:
        return read_caffemodel(path)
    except ConvertError as error:
        raise DataError(str(error)) from None


def _other_classes(net: CaffeNet, params: Parameters, suffix: str) -> list[str]:
    """The scores and upsamplings of the file that the net has for another number of classes."""
    # Caffe: stops there; its users give the layers other names.
    own = net.params()
    return [
        layer
        for layer, arrays in params.items()
        if layer.startswith(("score", "upscore"))
        and any(
            prod(a.shape) != b.numel()
            for a, b in zip(arrays, own.get(layer + suffix, []), strict=False)
        )
    ]


def _random(
    net: CaffeNet, untouched: set[tuple[str, int]], generator: torch.Generator | None
) -> list[str]:
    """Fills fc6 and fc7, which torchvision's VGG16 has not, at random; says so."""
    layers = sorted({layer for layer, _ in untouched if layer in ("fc6", "fc7")})
    filler = constant(0)
    filler.type = "msra"
    for layer in layers:
        fill_(net.params()[layer][0], filler, generator)
    untouched -= {(layer, i) for layer in layers for i in (0, 1)}
    return [
        f"{layer} random (msra): torchvision's VGG16 has no such layer that is trained; expect "
        f"another result than from {VGG16}"
        for layer in layers
    ]


def _complete(net: CaffeNet, untouched: set[tuple[str, int]]) -> list[str]:
    """Fills upsampling layers that nothing was moved into, and says how the others begin."""
    types = {layer.name: layer.type for layer in net.graph.layers}
    new = [layer for layer in net.params() if (layer, 0) in untouched]
    interpolate(net, bilinear := [layer for layer in new if types[layer] == "Deconvolution"])
    lines = [f"{layer} bilinear" for layer in bilinear]
    lines += [f"{layer} zeros" for layer in new if is_score(layer)]
    return lines + [f"{layer} as its filler says" for layer in new if types[layer] == "Scale"]


def _check_trunk(net: CaffeNet, untouched: set[tuple[str, int]], files: tuple[Path, ...]) -> None:
    """Raises DataError for the first layer with weights that nothing can be learned from."""
    types = {layer.name: layer.type for layer in net.graph.layers}
    for layer, (weight, *_) in net.params().items():
        if not all(blob.isfinite().all() for blob in net.params()[layer]):
            raise DataError(f"layer {layer!r}: not all its numbers are finite, from {_text(files)}")
        if types[layer] not in ("Convolution", "InnerProduct") or is_score(layer):
            continue
        if (layer, 0) in untouched or not weight.any():
            what = "has no layer of that name" if (layer, 0) in untouched else "has zeros there"
            raise DataError(
                f"layer {layer!r}: {_text(files)} {what}, and a net whose trunk is zero learns "
                "nothing: give the caffemodel of the classifier that its trunk is made of, such "
                f"as {VGG16}, or of an earlier stage"
            )


def _text(files: tuple[Path, ...]) -> str:
    return " and ".join(map(str, files))
