"""Nets by name, with their weights and what belongs to these: preprocessing, classes, colours."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from weights_convert import load_net, load_safetensors
from weights_convert.fast import Fast, fold
from weights_convert.from_safetensors import read_metadata
from weights_convert.net import CaffeNet

from . import nets
from .datasets import Task
from .errors import DataError, MissingError
from .nets import NetSpec
from .predicting.tasks import tasks_of
from .preprocess import Preprocess
from .released import DEFAULT, RELEASED, NetWeights
from .weights import KINDS, of_kind

Given = NetWeights | str | Path | None


@overload
def open_net(
    name: str, weights: Given = None, *, offline: bool = False, fast: Literal[False] = False
) -> CaffeNet: ...


@overload
def open_net(
    name: str, weights: Given = None, *, offline: bool = False, fast: Literal[True] | str
) -> Fast: ...


@overload
def open_net(
    name: str, weights: Given = None, *, offline: bool = False, fast: bool | str = False
) -> CaffeNet | Fast: ...


def open_net(
    name: str, weights: Given = None, *, offline: bool = False, fast: bool | str = False
) -> CaffeNet | Fast:
    """The net `name`, such as "voc-fcn8s", filled, in eval mode, on the CPU.

    weights: "RELEASED", the default, which is in the cache folder or fetched into it; "SAMPLE", the
        bundled narrow weights; such a member of the enumeration of this net, see released.py; or a
        file: a caffemodel, or a .safetensors of reproduce.export or weights_convert.
    fast: True, or a mode of weights_convert.fast, gives the same outputs in less time; for a GPU,
        `fold` the net once it is there.
    Raises DataError or ConvertError.  Its inputs are the blobs `inputs` of `nets.load(name)`, most
    often "data", (1, 3, H, W) float32, BGR less the mean, as `net.preprocess(image)` gives them;
    its outputs the `heads`, most often "score", (1, C, H, W), whose classes and colours are
    `net.tasks["score"]`.
    """
    spec, kind = nets.load(name), _kind(name, weights)
    if kind:
        net = described(of_kind(spec, kind, offline=offline).net(), spec)
    else:
        net = _of_file(spec, Path(str(weights)))
    return fold(net, "exact" if fast is True else fast) if fast else net


def described(net: CaffeNet, spec: NetSpec, about: Mapping[str, Any] | None = None) -> CaffeNet:
    """`net` with its `preprocess` and `tasks`: those of `spec`, or of a file's `about`."""
    about = about or {}
    stated, heads = about.get("preprocess"), about.get("heads")
    net.preprocess = Preprocess.from_dict(stated) if stated else Preprocess(spec.inputs)
    net.tasks = {head: _task(one) for head, one in heads.items()} if heads else tasks_of(spec)
    return net


def about_of(spec: NetSpec) -> dict[str, Any]:
    """What is to be known of a net beside its arrays, of JSON's types, as `described` reads it."""
    heads = {
        head: {"classes": list(task.classes), "palette": task.palette.tolist()}
        for head, task in tasks_of(spec).items()
    }
    preprocess = Preprocess(spec.inputs).as_dict()
    return {"net": spec.name, "title": spec.title, "preprocess": preprocess, "heads": heads}


def _task(values: Mapping[str, Any]) -> Task:
    return Task(tuple(values["classes"]), np.array(values["palette"], np.uint8))


def _kind(name: str, weights: Given) -> str | None:
    """Which of weights.KINDS is meant; None for a file."""
    if isinstance(weights, NetWeights):
        if weights.net != name:
            raise DataError(f"{weights}: is of {weights.net}, expected weights of {name}")
        return weights.name
    if weights is None or weights == DEFAULT:
        return RELEASED
    return weights if isinstance(weights, str) and weights in KINDS else None


def _of_file(spec: NetSpec, path: Path) -> CaffeNet:
    if not path.is_file():
        raise MissingError(
            f"{path}: no such file, expected the caffemodel of {spec.name}, its .safetensors, or "
            f"one of {', '.join(KINDS)}"
        )
    if path.suffix != ".safetensors":
        return described(load_net(spec.prototxt(), path), spec)
    net, about = load_safetensors(path), read_metadata(path).get("about", {})
    found = about.get("net", net.graph.name)
    if (found, set(net.input_shapes)) != (spec.name, set(spec.inputs)):
        raise DataError(
            f"{path}: is of {found}, which takes {', '.join(net.input_shapes)}: expected "
            f"{spec.name}, which takes {', '.join(spec.inputs)}"
        )
    return described(net, spec, about)
