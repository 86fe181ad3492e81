"""Caffe `Embed`: each number as the row of a matrix that it names, plus a bias if asked.

Shape   any -> the same with an axis of num_output behind
Blobs   weight (input_dim, num_output), bias (num_output) if bias_term
Errors  ConvertError without num_output or input_dim, and for a number that names no row.
Source  BVLC/caffe src/caffe/layers/embed_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Bool, Nested, UInt32
from ..filler import FILLER

if TYPE_CHECKING:
    from ..graph import Layer

EMBED = {
    "num_output": UInt32(0),
    "input_dim": UInt32(0),
    "bias_term": Bool(True),
    "weight_filler": Nested(FILLER),
    "bias_filler": Nested(FILLER),
}


class Embed(CaffeLayer):
    params = {"embed_param": EMBED}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("embed_param", EMBED)
        for name in ("num_output", "input_dim"):
            if getattr(fields, name) < 1:
                raise ConvertError(f"embed_param lacks {name}, expected at least 1")
        self.where = f"layer {layer.name!r}"
        self.weight = self.empty_parameter(fields.input_dim, fields.num_output)
        self.bias = self.empty_parameter(fields.num_output) if fields.bias_term else None

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        return [(*shapes[0], self.weight.shape[1])]

    def forward(self, x: Tensor) -> Tensor:
        rows = x.long()  # Caffe: towards 0
        if wrong := rows[(rows < 0) | (rows >= len(self.weight))].tolist():
            raise ConvertError(
                f"{self.where}: row {wrong[0]}, expected from 0 to {len(self.weight) - 1}"
            )
        top = F.embedding(rows, self.weight)
        return top if self.bias is None else top + self.bias
