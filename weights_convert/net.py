"""A Graph as an nn.Module that computes blobs by name, as Caffe's Net does.

state_dict keys are Caffe's layer names: "conv1_1.weight", "conv1_1.bias".
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from . import layers
from .backward import learnable, passed_down
from .caffelayer import CaffeLayer, Shape, possible
from .errors import ConvertError, ShapeError, naming
from .filler import fill_
from .graph import Graph, Layer
from .sharing import View, seen, share


class CaffeNet(nn.Module):
    """The net of `graph`, on the CPU, with parameters that load.fill or the caller fills.

    shapes: of input blobs, e.g. {"data": (1, 3, 500, 500)}, where the prototxt states none; only
        the channels matter, height and width are free at every call.
    learnable: what state_dict calls the parameters whose gradient Caffe computes: not those with
        lr_mult 0, unless `force_backward`.  They ask for one in TRAIN; in TEST none does.
    preprocess, tasks: what makes inputs of images, and what the labels of each output mean, put
        here by who knows them, such as reproduce.open_net.
    Raises ConvertError for what Caffe's set-up would refuse.
    """

    preprocess: Any = None
    tasks: Any = None

    def __init__(self, graph: Graph, shapes: dict[str, Shape] | None = None):
        super().__init__()
        self.graph = graph
        self.input_shapes = _input_shapes(graph, shapes or {})
        shapes = dict(self.input_shapes)
        for layer in graph.layers:
            self._add(layer, shapes)
        self._names = {
            key: [name for name, _ in m.named_parameters()] for key, _, m in self._keyed()
        }
        self._views = share(self._keyed())
        self._ask_for_gradients()
        self._labels = _labels(graph)
        self._last_use = {blob: i for i, layer in enumerate(graph.layers) for blob in layer.bottoms}
        _allow_overwriting(self)
        self.train(graph.phase == "TRAIN")

    def __setattr__(self, name: str, value: object) -> None:
        """Caffe: a layer may be called as an attribute of ours, which is then beside it."""
        if name in self.__dict__.get("_modules", ()):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def _load_from_state_dict(
        self, state_dict, prefix, metadata, strict, missing, unexpected, errors
    ) -> None:
        """As nn.Module has it, which looks for layers of dotted names one dot too early."""
        found: list[str] = []
        super()._load_from_state_dict(state_dict, prefix, metadata, strict, missing, found, errors)
        dotted = tuple(f"{prefix}{key}." for key in self._modules if "." in key)
        unexpected += [key for key in found if not key.startswith(dotted)]

    def _add(self, layer: Layer, shapes: dict[str, Shape]) -> None:
        """Builds `layer` for its bottoms' shapes, and puts its tops' shapes beside them."""
        bottoms = [shapes[blob] for blob in layer.bottoms]
        module = layers.build(layer, bottoms)
        # Caffe: a layer may be called anything, "a.b" too, which add_module would refuse.
        self._modules[self._key(layer, module)] = module
        shapes.update(zip(layer.tops, reshaped(layer, module, bottoms), strict=True))

    def _key(self, layer: Layer, module: CaffeLayer) -> str:
        """What state_dict calls `module`: as its layer, if it has parameters or the name alone."""
        names = [other.name for other in self.graph.layers]
        alone = names.count(layer.name) == 1 or next(module.parameters(), None) is not None
        if layer.name and layer.name not in self._modules and alone:
            return layer.name
        # Caffe: several layers may have one name, or none.
        key = f"{layer.name}#{names[: len(self._modules) + 1].count(layer.name)}"
        while key in names:
            key += "#"
        return key

    def steps(self) -> Iterator[tuple[Layer, CaffeLayer]]:
        """Each layer and its module, in the order in which they run."""
        return zip(self.graph.layers, self._modules.values(), strict=True)

    def params(self) -> dict[str, list[Tensor]]:
        """The blobs of each layer that has any, in Caffe's order and in the memory of the net.

        Layers are called as in the state_dict; a shared parameter is with each layer that has it.
        """
        return {
            key: [self._blob(key, name) for name in names]
            for key, names in self._names.items()
            if names
        }

    def owned(self) -> Iterator[tuple[Layer, list[nn.Parameter]]]:
        """Each layer with its parameters in Caffe's blob order, a shared one in every such layer.

        It is then the parameter of its owner, in the shape that it has there.
        """
        for key, layer, _ in self._keyed():
            yield layer, [self._owner(key, name) for name in self._names[key]]

    def begin(self, generator: torch.Generator | None = None) -> None:
        """Fills each parameter as its filler says, with 0 where none is stated."""
        filled: set[nn.Parameter] = set()
        for key, layer, module in self._keyed():
            own = {name: self._owner(key, name) for name in self._names[key]}
            with naming(f"layer {layer.name!r}"):
                for name, parameter in own.items():
                    if parameter not in filled:
                        fill_(parameter, module.fillers[name], generator)
                        filled.add(parameter)

    def train(self, mode: bool = True) -> "CaffeNet":
        """As nn.Module has it, less the layers that state a phase of their own."""
        super().train(mode)
        for layer, module in self.steps():
            if layer.phase:
                module.train(layer.phase == "TRAIN")
        return self

    def forward(self, keep: str | Collection[str] = (), **inputs: Tensor) -> dict[str, Tensor]:
        """{blob name: Tensor} of the net's outputs and of the blobs in `keep` ("all": all blobs).

        A blob is what it is at the end, so after its in-place layers.  Every other blob is freed
        after its last use.  Raises ConvertError for wrong inputs or a blob that does not exist.
        """
        blobs = self._feed(inputs)
        kept = self._kept(keep)
        for index, (key, layer, module) in enumerate(self._keyed()):
            with seen(self, module, self._views.get(key, {})):
                blobs.update(self._run(layer, module, blobs))
            for blob in layer.bottoms:
                if self._last_use[blob] == index and blob not in kept:
                    blobs.pop(blob, None)
        return {blob: blobs[blob] for blob in blobs if blob in kept}

    def _run(self, layer: Layer, module: CaffeLayer, blobs: dict[str, Tensor]) -> Iterable:
        """(top, Tensor) of `layer`, computed from its bottoms in `blobs`."""
        bottoms = [blobs[blob] for blob in layer.bottoms]
        reshaped(layer, module, [tuple(x.shape) for x in bottoms])
        tops = module(*passed_down(layer, bottoms, self.graph.force_backward))
        return zip(layer.tops, tops if isinstance(tops, tuple) else (tops,), strict=True)

    def _keyed(self) -> Iterator[tuple[str, Layer, CaffeLayer]]:
        """The steps, each with what state_dict calls its module."""
        return zip(self._modules, self.graph.layers, self._modules.values(), strict=True)

    def _owner(self, key: str, name: str) -> nn.Parameter:
        """The parameter that is `name` of module `key`, in the shape that its owner has."""
        view = self._views.get(key, {}).get(name, View(key, name, ()))
        return getattr(self._modules[view.key], view.name)

    def _blob(self, key: str, name: str) -> Tensor:
        """The same in the shape that module `key` has."""
        view = self._views.get(key, {}).get(name)
        return view.of(self) if view else getattr(self._modules[key], name)

    def _ask_for_gradients(self) -> None:
        chosen = learnable(self.owned(), self.graph.force_backward)
        named = dict(self.named_parameters())
        self.learnable = {name for name, parameter in named.items() if parameter in chosen}
        for name, parameter in named.items():
            parameter.requires_grad_(self.graph.phase == "TRAIN" and name in self.learnable)

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


def reshaped(layer: Layer, module: CaffeLayer, shapes: list[Shape]) -> list[Shape]:
    """Shapes of the tops.  Raises ShapeError, naming the layer, for bottoms that do not fit."""
    with naming(f"layer {layer.name!r}"):
        return [possible(shape) for shape in module.reshape(shapes)]


def _input_shapes(graph: Graph, given: dict[str, Shape]) -> dict[str, Shape]:
    shapes = {blob: tuple(shape) for blob, shape in given.items()}
    for blob, layer in graph.inputs.items():
        stated = layers.find(layer).shapes(layer)
        if blob not in shapes and stated:
            shapes[blob] = stated[layer.tops.index(blob)]
        if blob not in shapes:
            raise ConvertError(f"input {blob!r}: the prototxt states no shape, give it in `shapes`")
        with naming(f"input {blob!r}"):
            possible(shapes[blob])
    if unknown := shapes.keys() - graph.inputs.keys():
        raise ConvertError(f"shapes of {sorted(unknown)}, the inputs are {sorted(graph.inputs)}")
    return shapes


def _labels(graph: Graph) -> set[str]:
    """The inputs that no layer but a loss reads: any type of number will do."""
    steps = [layer for layer in graph.layers if not layers.find(layer).loss]
    return graph.inputs.keys() - {blob for layer in steps for blob in layer.bottoms}


def _allow_overwriting(net: CaffeNet) -> None:
    """Lets in-place layers overwrite a blob whose memory nothing else can see."""
    owned: set[str] = set()
    for layer, module in net.steps():
        if layer.in_place and layer.bottoms[0] in owned and hasattr(module, "overwrite"):
            module.overwrite = True
        if module.allocates:
            owned.update(layer.tops)
        elif not hasattr(module, "overwrite"):
            owned.difference_update(layer.tops)  # its gradient may need the top as it is
