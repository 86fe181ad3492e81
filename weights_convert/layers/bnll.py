"""Caffe `BNLL`: the binomial normal log likelihood, log(1 + exp(x)).

Shape   any -> the same
Source  BVLC/caffe src/caffe/layers/bnll_layer.cpp.
"""

import torch.nn.functional as F
from torch import Tensor

from ..caffelayer import CaffeLayer


class BNLL(CaffeLayer):
    def forward(self, x: Tensor) -> Tensor:
        return F.softplus(x)
