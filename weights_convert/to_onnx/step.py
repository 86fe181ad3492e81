"""One Caffe layer on its way into an ONNX graph."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..graph import Layer

if TYPE_CHECKING:
    from .builder import Builder

FLOAT, INT, BOOL = 1, 7, 9  # TensorProto.DataType
START, END = -(2**63), 2**63 - 1  # of an axis, in a Slice: whatever its size
NEUTRAL = {"Add": 0, "Mul": 1, "Div": 1, "Pow": 1}  # second inputs that change nothing


class Step:
    """What a layer reads, what it is to make, and the means to make it.

    bottoms, tops: names of ONNX values.  shapes: of the bottoms, an example; the number of axes,
    and what Caffe fixes when it sets up, hold always.  blobs: the parameters, in Caffe's order.
    """

    def __init__(
        self,
        builder: "Builder",
        layer: Layer,
        module: CaffeLayer,
        blobs: list[Tensor],
        bottoms: list[str],
        shapes: list[Shape],
        tops: list[str],
    ):
        self.layer, self.module, self.blobs = layer, module, blobs
        self.bottoms, self.shapes, self.tops = bottoms, shapes, tops
        self._builder, self._made = builder, 0

    def top(self, type: str, *inputs: str, index: int = 0, **fields) -> None:
        """Makes top `index` by a node that is named as the layer (and the top, after the first)."""
        name = self.layer.name if not index else f"{self.layer.name}:{self.layer.tops[index]}"
        self._builder.node(name, type, inputs, [self.tops[index]], **fields)

    def all_tops(self, type: str, *inputs: str, **fields) -> None:
        """Makes all tops by one node that is named as the layer."""
        self._builder.node(self.layer.name, type, inputs, self.tops, **fields)

    def op(self, type: str, *inputs: str, **fields) -> str:
        """A value that a node of its own makes on the way to the tops."""
        return self.ops(type, *inputs, count=1, **fields)[0]

    def ops(self, type: str, *inputs: str, count: int, **fields) -> list[str]:
        """The `count` values that one node makes."""
        made = [self._next() for _ in range(count)]
        self._builder.node(made[0], type, inputs, made, **fields)
        return made

    def chain(self, x: str, *steps: tuple[str, float | None]) -> None:
        """Makes the top from `x` by one node after the other: (type, second input or None).

        What changes nothing, such as ("Add", 0), is left out.
        """
        steps = tuple(step for step in steps if NEUTRAL.get(step[0]) != step[1] or step[1] is None)
        *others, (last, number) = steps or [("Identity", None)]
        for type, value in others:
            x = self.op(type, x, *self._given(value))
        self.top(last, x, *self._given(number))

    def reshape_top(self, x: str, dims: list[int], copied: int) -> None:
        """Makes the top by a Reshape of `x` to `dims` and, after them, its axes from `copied` on.

        As in ONNX and Caffe, 0 stands for the size that `x` has there, -1 for what is left.
        """
        shape = self.ints(*dims)
        if copied < len(self.shapes[0]):
            shape = self.op("Concat", shape, self.op("Shape", x, start=copied), axis=0)
        self.top("Reshape", x, shape)

    def aligned(self, value: str, axes: int, begin: int) -> str:
        """`value`, of so many `axes`, as it broadcasts to the first bottom from axis `begin` on."""
        # Caffe: its axes are those from `begin` on; broadcasting would take the last ones.
        trailing = len(self.shapes[0]) - begin - axes
        if not trailing:
            return value
        return self.op("Unsqueeze", value, self.ints(*range(axes, axes + trailing)))

    def fields(self, param: str) -> SimpleNamespace:
        """The typed fields of the layer's message `param`."""
        return self.layer.fields(param, self.module.params[param])

    def parameters(self) -> list[str]:
        """The values of the layer's parameters, in Caffe's order."""
        return [self._parameter(blob) for blob in self.blobs]

    def ints(self, *numbers: int) -> str:
        """A constant int64 vector."""
        return self._builder.constant(self._next(), np.array(numbers, np.int64))

    def integer(self, number: int) -> str:
        """A constant int64 scalar."""
        return self._builder.constant(self._next(), np.array(number, np.int64))

    def floats(self, numbers: float | np.ndarray) -> str:
        """A constant float32 scalar or array."""
        return self._builder.constant(self._next(), np.array(numbers, np.float32))

    def _parameter(self, blob: Tensor) -> str:
        key, shape = self._builder.parameter(blob)
        if shape == tuple(blob.shape):
            return key
        # Caffe: with share_mode PERMISSIVE, layers may see one parameter in several shapes.
        return self.op("Reshape", key, self.ints(*blob.shape))

    def _given(self, value: float | None) -> list[str]:
        return [] if value is None else [self.floats(value)]

    def _next(self) -> str:
        self._made += 1
        return self._builder.value(f"{self.layer.name}:{self._made}")
