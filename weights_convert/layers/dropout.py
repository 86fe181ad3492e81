"""Caffe `Dropout`: the identity in TEST; in TRAIN each element is dropped by itself.

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/dropout_layer.cpp.
"""

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Float

if TYPE_CHECKING:
    from ..graph import Layer

DROPOUT = {"dropout_ratio": Float(0.5)}


class Dropout(CaffeLayer):
    params = {"dropout_param": DROPOUT}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        self.ratio = layer.fields("dropout_param", DROPOUT).dropout_ratio
        if not 0 <= self.ratio <= 1:
            raise ConvertError(f"dropout_param: dropout_ratio {self.ratio}, expected from 0 to 1")

    def forward(self, x: Tensor) -> Tensor:
        # Caffe: single elements are dropped, not whole channels (F.dropout2d).
        return F.dropout(x, self.ratio, self.training)
