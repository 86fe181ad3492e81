"""Caffe `MVN`: less the mean, and divided by the standard deviation, of each plane or each item.

Shape   up to four axes -> (N, C, H, W), with sizes 1 for those that are missing
Errors  ShapeError for a bottom of more axes.
Source  BVLC/caffe src/caffe/layers/mvn_layer.cpp.
"""

from typing import TYPE_CHECKING

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape
from ..errors import ShapeError
from ..fields import Bool, Float

if TYPE_CHECKING:
    from ..graph import Layer

MVN_FIELDS = {
    "normalize_variance": Bool(True),
    "across_channels": Bool(False),
    "eps": Float(1e-9),
}


class MVN(CaffeLayer):
    params = {"mvn_param": MVN_FIELDS}

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        super().__init__(layer, shapes)
        fields = layer.fields("mvn_param", MVN_FIELDS)
        self.normalize, self.eps = fields.normalize_variance, fields.eps
        self.over = (1, 2, 3) if fields.across_channels else (2, 3)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        [shape] = shapes
        if len(shape) > 4:
            raise ShapeError(f"a bottom of shape {shape}, expected at most four axes")
        return [(*shape, *(1,) * (4 - len(shape)))]

    def forward(self, x: Tensor) -> Tensor:
        x = x.reshape(self.reshape([tuple(x.shape)])[0])
        top = x - x.mean(self.over, keepdim=True)
        return top / self._deviation(top) if self.normalize else top

    def _deviation(self, centred: Tensor) -> Tensor:
        """The standard deviation plus eps."""
        variance = centred.square().mean(self.over, keepdim=True)
        deviation = variance.detach().sqrt() + self.eps
        # Caffe: eps counts in the slope of the root as well: 1 / 2 (root + eps).  So the gradient
        # of a flat plane is 0; PyTorch's would be NaN.
        return deviation + (variance - variance.detach()) / (2 * deviation)
