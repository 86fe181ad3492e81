"""Caffe `ELU`: x where x > 0, else alpha (exp(x) - 1).

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/elu_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

ELU_FIELDS = {"alpha": Float(1.0)}


class ELU(CaffeLayer):
    params = {"elu_param": ELU_FIELDS}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.alpha = layer.fields("elu_param", ELU_FIELDS).alpha

    def forward(self, x: Tensor) -> Tensor:
        return F.elu(x, self.alpha)
