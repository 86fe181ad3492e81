"""An ONNX graph that grows by one Caffe layer after the other.

Source  github.com/onnx/onnx/blob/main/docs/IR.md: a value is made once, so a blob with in-place
        layers is several values.
"""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..emitter import made_outputs
from ..errors import ConvertError
from ..graph import Layer
from ..net import CaffeNet
from ..optional import optional
from .step import Step


class Builder:
    """The nodes and constants so far, and what each blob is by now."""

    def __init__(self, net: CaffeNet):
        self.onnx = optional("onnx", "onnx")
        self.net = net
        self.nodes: list = []
        self.constants: list = []
        self.values = {blob: blob for blob in net.input_shapes}  # blob -> value that it is now
        self.shapes = dict(net.input_shapes)  # blob -> an example of its shape
        self.parameters: dict[str, Tensor] = dict(net.named_parameters())
        self._keys = {tensor.data_ptr(): key for key, tensor in self.parameters.items()}
        self._blobs = {id(net._modules[key]): blobs for key, blobs in net.params().items()}
        self._last = {top: layer for layer in net.graph.layers for top in layer.tops}
        self._values = {*self.values, *self._last, *self.parameters}
        self._nodes: set[str] = set()
        _check_names({*self.values, *self._last}, self.parameters)

    def step(self, layer: Layer, module: CaffeLayer) -> Step:
        """Where the emitter of `layer` puts its nodes; what follows sees the tops it makes."""
        bottoms = [self.values[blob] for blob in layer.bottoms]
        shapes = [self.shapes[blob] for blob in layer.bottoms]
        tops = [self._top(layer, blob) for blob in layer.tops]
        self.values.update(zip(layer.tops, tops, strict=True))
        self.shapes.update(zip(layer.tops, module.reshape(shapes), strict=True))
        blobs = self._blobs.get(id(module), [])
        return Step(self, layer, module, blobs, bottoms, shapes, tops)

    @property
    def outputs(self) -> list[str]:
        """The values that are the net's outputs; in ONNX, an input that none touches is none."""
        return [self.values[blob] for blob in made_outputs(self.net.graph)]

    def parameter(self, blob: Tensor) -> tuple[str, Shape]:
        """The initializer of a parameter and its shape, those of its owner if layers share it."""
        key = self._keys[blob.data_ptr()]
        return key, tuple(self.parameters[key].shape)

    def node(self, name: str, type: str, inputs: Sequence[str], outputs: Sequence[str], **fields):
        """Adds a node, called `name` if no other is."""
        name = _unique(name, self._nodes)  # Caffe: two layers may have one name
        made = self.onnx.helper.make_node(type, inputs, outputs, name=name, **fields)
        self.nodes.append(made)

    def constant(self, name: str, array: np.ndarray) -> str:
        """The value that is `array`."""
        name = self.value(name)
        self.constants.append(self.onnx.numpy_helper.from_array(array, name))
        return name

    def value(self, name: str) -> str:
        """A new value's name: `name` if no other has it."""
        return _unique(name, self._values)

    def _top(self, layer: Layer, blob: str) -> str:
        final = self._last[blob] is layer and blob not in self.net.input_shapes
        return blob if final else self.value(f"{blob}:{layer.name}")


def _unique(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def _check_names(blobs: set[str], parameters: dict[str, Tensor]) -> None:
    if both := sorted(blobs.intersection(parameters)):
        raise ConvertError(
            f"blob {both[0]!r} is called as a parameter, expected another name, since ONNX has one "
            f"space for both: rename the blob in the prototxt"
        )
