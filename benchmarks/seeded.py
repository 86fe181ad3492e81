"""Parameters from a seed for a net of any name: what it computes is no worse to time than Caffe's.

Convolution    He's normal numbers, and biases of standard deviation 1, so that borders hold
               something; those of the scores are then set so that, on the image given, each class
               has mean 0 and deviation 1: every class is seen among the labels
Deconvolution  bilinear, as released
Others         as their fillers say
Source         He et al. 2015, https://arxiv.org/abs/1502.01852, equation 10
"""

import torch
from torch import Tensor

from weights_convert.net import CaffeNet
from weights_convert.surgery import interpolate

SEED = 0
CONSTANT = 1e-5  # a deviation below this part of the mean is rounding


@torch.no_grad()
def fill(net: CaffeNet, image: dict[str, Tensor], seed: int = SEED) -> None:
    """Fills `net` in place.  image: input blob -> (1, c, H, W), on which scores are set."""
    generator = torch.Generator().manual_seed(seed)
    for _, (weight, *biases) in _of(net, "Convolution"):
        torch.nn.init.kaiming_normal_(weight, generator=generator)
        for bias in biases:
            bias.normal_(generator=generator)
    interpolate(net, [name for name, _ in _of(net, "Deconvolution")])
    scores = {name: blobs for name, blobs in _of(net, "Convolution") if name.startswith("score")}
    tops = {layer.name: layer.tops[0] for layer in net.graph.layers}
    found = net(**image, keep=[tops[name] for name in scores])
    for name, (weight, bias) in scores.items():
        _standardise(weight, bias, found[tops[name]])


def _of(net: CaffeNet, type: str) -> list[tuple[str, list[Tensor]]]:
    return [(layer.name, blobs) for layer, blobs in net.owned() if layer.type == type]


def _standardise(weight: Tensor, bias: Tensor, scores: Tensor) -> None:
    """Sets a convolution without ReLU so that `scores` (1, C, h, w) become mean 0, deviation 1."""
    mean = scores.mean((0, 2, 3))
    deviation = scores.std((0, 2, 3), correction=0)
    deviation[deviation <= CONSTANT * mean.abs()] = 1
    weight.div_(deviation.reshape(-1, 1, 1, 1))
    bias.sub_(mean).div_(deviation)
