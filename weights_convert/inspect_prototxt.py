"""The inventory of a prototxt: its net is built, for the shapes, but its memory is not touched."""

import dataclasses
from collections.abc import Iterator
from os import PathLike

from .caffelayer import Shape
from .coordinates import Coordinates, receptive_field
from .cropping import crops
from .errors import ConvertError
from .graph import Graph, read_graph
from .inventory import Entry, Inventory, Output
from .net import CaffeNet
from .prototxt import read_prototxt


def inspect_prototxt(
    path: str | PathLike,
    phase: str = "TEST",
    shapes: dict[str, Shape] | None = None,
    *,
    level: int = 0,
    stages: tuple[str, ...] = (),
    losses: bool | None = None,
) -> Inventory:
    """What `load_net` would make of the prototxt; its arguments and errors are the same."""
    graph = read_graph(read_prototxt(path), phase, level, stages, losses)
    # Under force_backward Caffe computes gradients for parameters that it does not change.
    still = dataclasses.replace(graph, force_backward=False)
    net = CaffeNet(still, shapes)  # no crop is aligned, which would not change the shapes
    layers = (*_inputs(net), *_steps(net))
    learned = [p.numel() for name, p in net.named_parameters() if name in net.learnable]
    return Inventory(
        file=str(path),
        kind=f"prototxt, phase {phase}",
        net=graph.name,
        layers=_with_crops(layers, graph),
        parameters=sum(parameter.numel() for parameter in net.parameters()),
        learnable=sum(learned),
        outputs=tuple(_output(net.graph, blob) for blob in net.graph.outputs),
    )


def _inputs(net: CaffeNet) -> Iterator[Entry]:
    """The layers that feed the net, each once."""
    for layer in {id(layer): layer for layer in net.graph.inputs.values()}.values():
        tops = tuple(blob for blob, source in net.graph.inputs.items() if source is layer)
        shapes = tuple(net.input_shapes[blob] for blob in tops)
        yield Entry(layer.name, layer.type, tops=tops, top_shapes=shapes)


def _steps(net: CaffeNet) -> Iterator[Entry]:
    shapes, params = dict(net.input_shapes), net.params()
    places = Coordinates.of(net.graph).places
    learned = {id(p) for name, p in net.named_parameters() if name in net.learnable}
    for key, (layer, module) in zip(net._modules, net.steps(), strict=True):
        tops = tuple(module.reshape([shapes[blob] for blob in layer.bottoms]))
        shapes.update(zip(layer.tops, tops, strict=True))
        blobs = params.get(key, [])
        owners = [blob if blob._base is None else blob._base for blob in blobs]
        yield Entry(
            layer=layer.name,
            type=layer.type,
            bottoms=layer.bottoms,
            tops=layer.tops,
            top_shapes=tops,
            blob_shapes=tuple(tuple(blob.shape) for blob in blobs),
            parameters=sum(blob.numel() for blob in blobs),
            learnable=sum(owner.numel() for owner in owners if id(owner) in learned),
            stride=_stride(places, net.graph, layer.tops),
        )


def _stride(places: dict, graph: Graph, tops: tuple[str, ...]) -> tuple[str, str] | None:
    """Of the first top on the first input that it has a place on, as fractions."""
    for top in tops[:1]:
        for image in graph.inputs:
            if place := places[top].get(image):
                height, width = (str(1 / along.scale) for along in place)
                return height, width
    return None


def _with_crops(layers: tuple[Entry, ...], graph: Graph) -> tuple[Entry, ...]:
    found = {crop.top: crop for crop in crops(graph)}
    crop = [found.get(entry.tops[0]) if entry.type == "Crop" else None for entry in layers]
    return tuple(
        dataclasses.replace(entry, offset=c.offset if c.stated else None, derived=c.derived)
        if c
        else entry
        for entry, c in zip(layers, crop, strict=True)
    )


def _output(graph: Graph, blob: str) -> Output:
    for image in graph.inputs:
        try:
            field = receptive_field(graph, blob, image)
        except ConvertError:  # it comes from another input, or sees all of the image
            continue
        height, width = map(str, field.stride)
        return Output(blob, field.size, (height, width))
    return Output(blob)
