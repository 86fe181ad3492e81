"""Prototxt and caffemodel to a filled net: each array used once, each parameter filled."""

from collections import Counter
from os import PathLike
from typing import NamedTuple

import torch
from torch import Tensor

from .caffemodel import Caffemodel, LayerBlobs
from .cropping import aligned
from .errors import WeightsError
from .graph import read_graph
from .net import CaffeNet
from .prototxt import Message, read_prototxt

Path = str | PathLike


class Filled(NamedTuple):
    """What became of the layers.  kept: as their fillers made them; unused: only in the file."""

    kept: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def load_net(
    prototxt: Path | Message,
    caffemodel: Path | None,
    phase: str = "TEST",
    shapes: dict[str, tuple[int, ...]] | None = None,
    *,
    level: int = 0,
    stages: tuple[str, ...] = (),
    losses: bool | None = None,
    partial: bool = False,
    generator: torch.Generator | None = None,
    align_crops: bool | None = None,
) -> CaffeNet:
    """The net of `prototxt` with the parameters of `caffemodel`: float32, on the CPU.

    caffemodel: binary or HDF5, whatever its name; None for a net whose parameters are as their
        fillers make them, from the random numbers of `generator`.
    phase: "TEST" gives the net in eval mode, without losses; "TRAIN" the training net with them.
    shapes: of inputs for which the prototxt states none, e.g. {"data": (1, 3, 500, 500)}.
    level, stages, losses: see read_graph.
    partial: takes a file that lacks layers or has others too, as Caffe does; `net.filled` says
        which layers kept their fillers and which were not used.  Shapes must fit all the same.
    align_crops: whether Crop layers without offset are aligned, as older versions of Caffe did, or
        crop at 0 as Caffe 1.0; None tells by the file and warns, see cropping.py.
    Raises ConvertError for anything wrong with either file, or if they do not belong together.
    """
    message = prototxt if isinstance(prototxt, Message) else read_prototxt(prototxt)
    graph = read_graph(message, phase, level, tuple(stages), losses)
    net = CaffeNet(aligned(graph, align_crops), shapes)
    if caffemodel is None or partial:
        net.begin(generator)
    net.filled = Filled(kept=tuple(net.params()))
    if caffemodel is not None:
        with Caffemodel.open(caffemodel) as model:
            net.filled = fill(net, model, partial)
    return net


def fill(net: CaffeNet, model: Caffemodel, partial: bool = False) -> Filled:
    """Copies the arrays of `model` into the parameters of `net`, and says what is left.

    Raises WeightsError, before anything is copied, for an array that does not fit the parameter of
    its layer, and, unless `partial`, for one without parameter or a parameter without array.
    """
    params, keys = net.params(), _first_of_each_name(net)
    given = [(keys.get(layer.name), layer) for layer in model.layers if layer.blobs]
    kept = _kept(params, {key for key, _ in given})
    unused = tuple(layer.name for key, layer in given if key is None)
    if kept and not partial:
        raise WeightsError(_strangers(model, "lacks", kept, params))
    if unused and not partial:
        raise WeightsError(_strangers(model, "has, and the net has not,", unused, params))
    used = [(params.get(key, []), layer) for key, layer in given if key is not None]
    optional = _shared(params) if model.omits_shared else set()
    for own, layer in used:
        _check(own, layer, optional)
    for own, layer in used:
        _copy(own, layer)
    return Filled(kept, unused)


def _first_of_each_name(net: CaffeNet) -> dict[str, str]:
    """Layer name -> what the state_dict calls the layer that a file's layer of this name fills."""
    # Caffe: of several layers of one name, the first has the blobs of the file.
    keys: dict[str, str] = {}
    for key, (layer, _) in zip(net._modules, net.steps(), strict=True):
        keys.setdefault(layer.name, key)
    return keys


def _kept(params: dict[str, list[Tensor]], filled: set[str | None]) -> tuple[str, ...]:
    """The layers of `params` with a blob that no layer of `filled` has."""
    memory = {blob.data_ptr() for key in filled & params.keys() for blob in params[key]}
    return tuple(key for key, own in params.items() if {blob.data_ptr() for blob in own} - memory)


def _shared(params: dict[str, list[Tensor]]) -> set[int]:
    """The memory of the blobs that are several layers'."""
    counts = Counter(blob.data_ptr() for own in params.values() for blob in own)
    return {memory for memory, count in counts.items() if count > 1}


def _strangers(model: Caffemodel, what: str, names: tuple[str, ...], params: dict) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return (
        f"{model.path}: {what} parameters of {shown}; "
        f"expected exactly the {len(params)} layers of the prototxt: is it another net's file?"
    )


def _check(own: list[Tensor], layer: LayerBlobs, optional: set[int]) -> None:
    """Raises WeightsError unless `layer` has a blob for all of `own` that are not `optional`."""
    blobs = (*layer.blobs, *[None] * (len(own) - len(layer.blobs)))
    found = [blob for blob in blobs if blob is not None]
    lacking = [
        x
        for x, blob in zip(own, blobs, strict=False)
        if blob is None and x.data_ptr() not in optional
    ]
    if len(blobs) > len(own) or lacking:
        raise WeightsError(
            f"layer {layer.name!r}: {len(found)} blobs in the file, expected {len(own)}"
        )
    for index, (x, blob) in enumerate(zip(own, blobs, strict=True)):
        if blob is not None and not blob.fits(tuple(x.shape)):
            raise WeightsError(
                f"layer {layer.name!r}: blob {index} has shape {blob.shape} in the file, "
                f"expected {tuple(x.shape)}"
            )


def _copy(own: list[Tensor], layer: LayerBlobs) -> None:
    for x, blob in zip(own, layer.blobs, strict=False):
        if blob is not None:
            blob.read_into(x.detach().numpy())
