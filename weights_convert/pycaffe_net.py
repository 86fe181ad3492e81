"""Net of the pycaffe view: blobs and parameters by name, layers run from one to another.

Errors  ConvertError and its children, as load_net; AttributeError for what the view lacks
Source  BVLC/caffe python/caffe/pycaffe.py, src/caffe/net.cpp, as they behave
"""

from collections import OrderedDict
from collections.abc import Iterable
from os import PathLike
from typing import NamedTuple

import numpy as np

from .cropping import aligned
from .errors import ConvertError, ShapeError
from .graph import AUTOMATIC, Layer, read_graph
from .prototxt import read_prototxt
from .pycaffe_blob import Blob
from .pycaffe_device import device, float32
from .pycaffe_filled import Filled
from .pycaffe_layer import DataLayer
from .pycaffe_steps import Steps

TRAIN, TEST = 0, 1
PHASES = {TRAIN: "TRAIN", TEST: "TEST"}

Path = str | PathLike


class LayerView(NamedTuple):
    """A layer of `net.layers`: Caffe's type, and its parameters."""

    type: str
    blobs: list[Blob]


class Net(Filled):
    """Net(prototxt, phase, level=0, stages=None, weights=None) or Net(prototxt, weights, phase).

    blobs: name -> Blob, (N, C, H, W) float32 most often, of every blob, after in-place layers.
    params: layer -> its blobs; they are the memory of the net.
    inputs, outputs: names of the blobs of Input layers, and of those that no layer reads.
    layers, bottom_names, top_names, layer_dict: of all layers, data layers first.
    module: the CaffeNet that computes.
    """

    def __init__(
        self,
        network_file: Path,
        *given: int | Path,
        phase: int | None = None,
        level: int = 0,
        stages: Iterable[str] | None = None,
        weights: Path | None = None,
    ):
        phase, level, stages, weights = _arguments(given, phase, level, stages, weights)
        graph = read_graph(read_prototxt(network_file), PHASES[phase], level, stages, losses=True)
        sources = list({id(layer): layer for layer in graph.inputs.values()}.values())
        self._data_layers = [DataLayer(layer, phase) for layer in sources]
        shapes = {}
        for layer in self._data_layers:
            shapes |= layer.shapes()
        self.module = Steps(aligned(graph), shapes)
        self.module.begin()
        self._make_params()
        self._name_layers(sources)
        self._make_blobs()
        if weights:
            self.copy_from(weights)

    def _name_layers(self, sources: list[Layer]) -> None:
        graph = self.module.graph
        every = [*sources, *graph.layers]
        self._layer_names = [layer.name for layer in every]
        self.bottom_names = OrderedDict((layer.name, list(layer.bottoms)) for layer in every)
        self.top_names = OrderedDict((layer.name, list(layer.tops)) for layer in every)
        self.inputs = [blob for blob, layer in graph.inputs.items() if layer.type == "Input"]
        # Caffe: the outputs stand in alphabetical order.
        self.outputs = sorted(x for x in graph.outputs if not x.startswith(AUTOMATIC))
        types = [layer.type for layer in graph.layers]
        own = [self.params.get(key, []) for key in self.module.layer_keys()]
        self.layers = [*self._data_layers, *map(LayerView, types, own)]
        self.layer_dict = OrderedDict(zip(self._layer_names, self.layers, strict=True))

    def _make_blobs(self) -> None:
        graph, weights = self.module.graph, self.module.graph.loss_weights
        self.blobs = OrderedDict()
        for source in self._data_layers:
            self.blobs |= source.tops()
        for name, shape in self.module.input_shapes.items():
            self.blobs[name].reshape(*shape)
        for layer in graph.layers:
            for name in layer.tops:
                self.blobs.setdefault(name, Blob(diff=weights.get(name, 0.0)))
        self._reshape_steps()

    def reshape(self) -> None:
        """Lets the shapes of the inputs go through the net, without computing."""
        for source in self._data_layers:
            source.reshape()
        self._reshape_steps()

    def _check_inputs(self) -> None:
        """Raises ShapeError for an input of other axes or channels than the layers are made for."""
        for name, want in self.module.input_shapes.items():
            shape = self.blobs[name].shape
            if len(shape) != len(want) or shape[1:2] != want[1:2]:
                raise ShapeError(f"input {name!r} has shape {shape}, expected like {want}")

    def _reshape_steps(self) -> None:
        self._check_inputs()
        for index in range(len(self.module.graph.layers)):
            self.module.reshape_step(index, self.blobs)

    def forward(
        self,
        blobs: Iterable[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **inputs: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """Runs the layers from `start` to `end`, by default all, and gives the outputs' data.

        blobs: further ones to give.  inputs: what to put into the inputs first, all of them.
        With `end`, the outputs are the tops of that layer.  The arrays are those of `blobs[...]`,
        which the next run writes into.
        """
        if inputs:
            self._put(inputs, set(self.inputs), "forward: inputs", "data")
        first, last = self._place(start, 0), self._place(end, len(self.layers) - 1)
        names = self.top_names[end] if end else self.outputs
        asked = [*names, *(blobs or ())]
        self._check_blobs(asked)
        self._run(first, last)
        return {name: self.blobs[name].data for name in asked}

    def _run(self, first: int, last: int) -> None:
        for source in self._data_layers[first : last + 1]:
            source.forward()
        self._check_inputs()
        self._compute(first, last)

    def _compute(self, first: int, last: int) -> None:
        where = device()
        self.module.to(where)
        with float32():
            for index in self._steps(first, last):
                self.module.forward_step(index, self.blobs, where)

    def _steps(self, first: int, last: int) -> range:
        """Which of the module's layers are those from `first` to `last` of all."""
        sources = len(self._data_layers)
        return range(max(first - sources, 0), last + 1 - sources)

    def backward(
        self,
        diffs: Iterable[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **outputs: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """Carries diffs from layer `start`, by default the last, down to `end`, by default all.

        diffs: further blobs to give than the inputs, or the bottoms of `end`.  outputs: top diffs
        to put into the outputs, or the tops of `start`, first, all of them.  Raises ConvertError
        for a net in TEST with neither a loss nor `force_backward: true`: Caffe gives it no diffs.
        """
        self._record()
        if outputs:
            expected = set(self.top_names[start] if start else self.outputs)
            self._put(outputs, expected, "backward: outputs", "diff")
        first, last = self._place(end, 0), self._place(start, len(self.layers) - 1)
        asked = [*(self.bottom_names[end] if end else self.inputs), *(diffs or ())]
        self._check_blobs(asked)
        where, written = device(), set()
        self.module.to(where)
        with float32():
            for index in reversed(self._steps(first, last)):
                self.module.backward_step(index, self.blobs, written, where)
        return {name: self.blobs[name].diff for name in asked}

    def _record(self) -> None:
        """Keeps from now on what gradients need; nets in TEST do so once they are asked for any."""
        if self.module.recording:
            return
        if not self.module.graph.loss_weights:
            raise ConvertError(
                "backward: the net has phase TEST and no loss, expected force_backward: true in it"
            )
        self.module.record()
        self._compute(0, len(self.layers) - 1)

    def _put(self, given: dict, expected: set[str], what: str, part: str) -> None:
        if given.keys() != expected:
            raise ConvertError(f"{what} {sorted(given)} given, expected {sorted(expected)}")
        for name, values in given.items():
            if np.shape(values)[:1] != self.blobs[name].shape[:1]:
                raise ShapeError(
                    f"{what}: {name!r} has shape {np.shape(values)}, expected "
                    f"{self.blobs[name].shape}: reshape the blob first"
                )
            getattr(self.blobs[name], part)[...] = values

    def _place(self, layer: str | None, default: int) -> int:
        if layer is None:
            return default
        if layer not in self._layer_names:
            raise ConvertError(f"layer {layer!r}: not in the net, which has {self._layer_names}")
        return self._layer_names.index(layer)

    def _check_blobs(self, names: list[str]) -> None:
        if unknown := [name for name in names if name not in self.blobs]:
            raise ConvertError(f"no blob {unknown}; the net has {list(self.blobs)}")


def _arguments(
    given: tuple,
    phase: int | None,
    level: int,
    stages: Iterable[str] | None,
    weights: Path | None,
) -> tuple[int, int, tuple[str, ...], Path | None]:
    """Phase, level, stages and weights, in whichever of its two ways Net was called."""
    rest = list(given)
    if len(rest) == 2 and not isinstance(rest[0], int):  # the older way: the phase comes last
        weights, rest = rest[0], rest[1:]
    named = [phase, level, stages, weights]
    named[: len(rest)] = rest
    phase, level, stages, weights, *more = named
    if phase not in PHASES or more:
        raise ConvertError(
            f"Net(prototxt, {', '.join(map(repr, given))}): expected (prototxt, caffe.TEST), "
            "(prototxt, weights, caffe.TEST) or (prototxt, caffe.TEST, weights=...)"
        )
    return phase, level, tuple(stages or ()), weights
