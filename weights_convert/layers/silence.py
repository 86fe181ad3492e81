"""Caffe `Silence`: makes nothing of its bottoms, so that they are no outputs of the net.

Shape   any number of any -> nothing
Source  BVLC/caffe src/caffe/layers/silence_layer.cpp.
"""

from torch import Tensor

from ..caffelayer import CaffeLayer, Shape


class Silence(CaffeLayer):
    bottoms, tops = (1, None), (0, 0)

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        return []

    def forward(self, *bottoms: Tensor) -> tuple[()]:
        return ()
