"""A Graph as an nn.Module that computes blobs by name, as Caffe's Net does.

state_dict keys are Caffe's layer names: "conv1_1.weight", "conv1_1.bias".
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import torch
from torch import Tensor, nn

from . import layers
from .caffelayer import CaffeLayer, Shape
from .errors import ConvertError, ShapeError, UnsupportedError
from .graph import Graph, Layer


class CaffeNet(nn.Module):
    """The net of `graph`, on the CPU, with parameters that load.fill or the caller fills.

    shapes: of input blobs, e.g. {"data": (1, 3, 500, 500)}, where the prototxt states none; only
        the channels matter, height and width are free at every call.
    In TEST no parameter asks for a gradient; in TRAIN those with lr_mult 0 do not.
    Raises ConvertError for what Caffe's set-up would refuse.
    """

    def __init__(self, graph: Graph, shapes: dict[str, Shape] | None = None):
        super().__init__()
        self.graph = graph
        _refuse_sharing(graph)
        self.input_shapes = _input_shapes(graph, shapes or {})
        shapes = dict(self.input_shapes)
        for layer in graph.layers:
            self._add(layer, shapes)
        self._labels = _labels(graph)
        self._last_use = {blob: i for i, layer in enumerate(graph.layers) for blob in layer.bottoms}
        _allow_overwriting(self)
        self.train(graph.phase == "TRAIN")

    def _add(self, layer: Layer, shapes: dict[str, Shape]) -> None:
        """Builds `layer` for its bottoms' shapes, and puts its tops' shapes beside them."""
        bottoms = [shapes[blob] for blob in layer.bottoms]
        module = layers.build(layer, bottoms)
        _freeze(layer, module, self.graph.phase)
        # Caffe: a layer may be called anything, "a.b" too, which add_module would refuse.
        self._modules[self._key(layer, module)] = module
        shapes.update(zip(layer.tops, _reshape(layer, module, bottoms), strict=True))

    def _key(self, layer: Layer, module: CaffeLayer) -> str:
        """What state_dict calls `module`: as its layer, if it has parameters or the name alone."""
        if next(module.parameters(), None) is None:
            # Caffe: several layers may have one name.
            alone = [other.name for other in self.graph.layers].count(layer.name) == 1
            return layer.name if alone else f"{layer.name}#{len(self._modules)}"
        if layer.name in self._modules:
            raise UnsupportedError(
                f"layer {layer.name!r}: a second layer of that name has parameters, "
                f"expected names of their own"
            )
        return layer.name

    def steps(self) -> Iterator[tuple[Layer, CaffeLayer]]:
        """Each layer and its module, in the order in which they run."""
        return zip(self.graph.layers, self._modules.values(), strict=True)

    def forward(self, keep: str | Collection[str] = (), **inputs: Tensor) -> dict[str, Tensor]:
        """{blob name: Tensor} of the net's outputs and of the blobs in `keep` ("all": all blobs).

        A blob is what it is at the end, so after its in-place layers.  Every other blob is freed
        after its last use.  Raises ConvertError for wrong inputs or a blob that does not exist.
        """
        blobs = self._feed(inputs)
        kept = self._kept(keep)
        for index, (layer, module) in enumerate(self.steps()):
            blobs.update(_run(layer, module, blobs))
            for blob in layer.bottoms:
                if self._last_use[blob] == index and blob not in kept:
                    blobs.pop(blob, None)
        return {blob: blobs[blob] for blob in blobs if blob in kept}

    def _feed(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        if inputs.keys() != self.input_shapes.keys():
            raise ConvertError(
                f"inputs {sorted(inputs)} given, the net takes {sorted(self.input_shapes)}"
            )
        for blob, x in inputs.items():
            self._check(blob, x)
        return dict(inputs)

    def _check(self, blob: str, x: Tensor) -> None:
        """Raises ConvertError unless `x` can be fed to the input `blob`."""
        if not isinstance(x, Tensor):
            raise ConvertError(f"input {blob!r} is a {type(x).__name__}, expected a torch.Tensor")
        want, own = self.input_shapes[blob], next(self.parameters(), None)
        if x.dim() != len(want) or x.shape[1:2] != want[1:2] or not all(x.shape):
            raise ShapeError(f"input {blob!r} has shape {tuple(x.shape)}, expected like {want}")
        if own is not None and x.device != own.device:
            raise ConvertError(f"input {blob!r} is on {x.device}, the net is on {own.device}")
        dtype = torch.float32 if own is None else own.dtype
        if x.dtype != dtype and blob not in self._labels:
            raise ConvertError(f"input {blob!r} is {x.dtype}, expected {dtype}: convert it first")

    def _kept(self, keep: str | Collection[str]) -> set[str]:
        every = set(self.input_shapes).union(*(layer.tops for layer in self.graph.layers))
        names = every if keep == "all" else {keep} if isinstance(keep, str) else set(keep)
        if unknown := names - every:
            raise ConvertError(f"no blob {sorted(unknown)}; the net has {sorted(every)}")
        return names | set(self.graph.outputs)


def _run(layer: Layer, module: CaffeLayer, blobs: dict[str, Tensor]) -> Iterable:
    """(top, Tensor) of `layer`, computed from its bottoms in `blobs`."""
    bottoms = [blobs[blob] for blob in layer.bottoms]
    _reshape(layer, module, [tuple(x.shape) for x in bottoms])
    tops = module(*bottoms)
    return zip(layer.tops, tops if isinstance(tops, tuple) else (tops,), strict=True)


def _reshape(layer: Layer, module: CaffeLayer, shapes: list[Shape]) -> list[Shape]:
    """Shapes of the tops.  Raises ShapeError, naming the layer, for bottoms that do not fit."""
    try:
        return module.reshape(shapes)
    except ShapeError as error:
        raise ShapeError(f"layer {layer.name!r}: {error}") from None


def _input_shapes(graph: Graph, given: dict[str, Shape]) -> dict[str, Shape]:
    shapes = {blob: tuple(shape) for blob, shape in given.items()}
    for blob, layer in graph.inputs.items():
        stated = layers.find(layer).shapes(layer)
        if blob not in shapes and stated:
            shapes[blob] = stated[layer.tops.index(blob)]
        if blob not in shapes:
            raise ConvertError(f"input {blob!r}: the prototxt states no shape, give it in `shapes`")
    if unknown := shapes.keys() - graph.inputs.keys():
        raise ConvertError(f"shapes of {sorted(unknown)}, the inputs are {sorted(graph.inputs)}")
    return shapes


def _labels(graph: Graph) -> set[str]:
    """The inputs that no layer but a loss reads: any type of number will do."""
    steps = [layer for layer in graph.layers if not layers.find(layer).loss]
    return graph.inputs.keys() - {blob for layer in steps for blob in layer.bottoms}


def _refuse_sharing(graph: Graph) -> None:
    names = Counter(block.name for layer in graph.layers for block in layer.params if block.name)
    if shared := [name for name, count in names.items() if count > 1]:
        # Caffe: parameters of one name are one parameter.
        raise UnsupportedError(f"param {shared[0]!r}: is shared, expected names of their own")


def _freeze(layer: Layer, module: CaffeLayer, phase: str) -> None:
    parameters = list(module.parameters())
    if len(layer.params) > len(parameters):
        raise ConvertError(
            f"layer {layer.name!r}: {len(layer.params)} param blocks, "
            f"expected at most {len(parameters)}"
        )
    learned = [block.lr_mult != 0 for block in layer.params]
    learned += [True] * (len(parameters) - len(learned))
    for parameter, learns in zip(parameters, learned, strict=True):
        parameter.requires_grad_(phase == "TRAIN" and learns)


def _allow_overwriting(net: CaffeNet) -> None:
    """Lets in-place layers overwrite a blob whose memory nothing else can see."""
    owned: set[str] = set()
    for layer, module in net.steps():
        if layer.in_place and layer.bottoms[0] in owned and hasattr(module, "overwrite"):
            module.overwrite = True
        if module.allocates:
            owned.update(layer.tops)
