"""Which layers keep runs of equal columns, and how: the ones that folding knows.

Every other layer is given whole blobs.
"""

from ..caffelayer import CaffeLayer
from ..graph import Layer
from ..layers.concat import Concat
from ..layers.convolution import Convolution
from ..layers.crop import Crop
from ..layers.deconvolution import Deconvolution
from ..layers.eltwise import Eltwise
from ..layers.lrn import LRN
from ..layers.pooling import Pooling
from ..window import Pair

POINTWISE = {
    *("AbsVal", "BNLL", "Clip", "Dropout", "ELU", "Exp", "Log", "Power", "PReLU", "ReLU"),
    *("Sigmoid", "Swish", "TanH", "Threshold"),
}


def is_pointwise(layer: Layer, module: CaffeLayer) -> bool:
    """Whether a pixel of the top depends on that of the bottom, and on no position."""
    if len(layer.bottoms) != 1 or len(layer.tops) != 1:
        return False
    if layer.type in ("Scale", "Bias"):
        return module.begin == 1 and all(blob.dim() == 1 for blob in module.parameters())
    if isinstance(module, LRN):
        return not module.within
    return layer.type in POINTWISE


def is_window(layer: Layer, module: CaffeLayer) -> bool:
    """Whether `window` is all that the layer does to positions."""
    if len(layer.bottoms) != 1 or len(layer.tops) != 1:
        return False
    if isinstance(module, Pooling):
        return not module.over_all
    return isinstance(module, Convolution) and not isinstance(module, Deconvolution)


def has_border(module: CaffeLayer) -> bool:
    """Whether the layer pads by so much that there are windows upon zeros alone."""
    return isinstance(module, Convolution) and min(module.pad) > max(window(module)[0])


def is_join(layer: Layer, module: CaffeLayer) -> bool:
    """Whether each pixel of the top is made of the bottoms' pixels at its place."""
    return isinstance(module, Eltwise) or (isinstance(module, Concat) and module.axis == 1)


def is_crop(module: CaffeLayer) -> bool:
    """Whether it is height and width that are cropped."""
    return isinstance(module, Crop) and module.axis == 2 and len(module.offset) == 2


def is_upsampling(layer: Layer, module: CaffeLayer) -> bool:
    return isinstance(module, Deconvolution) and len(layer.bottoms) == 1


def window(module: CaffeLayer) -> tuple[Pair, Pair, Pair]:
    """How far the window reaches, its stride and its pad."""
    dilation = getattr(module, "dilation", (1, 1))
    height, width = (d * (k - 1) + 1 for d, k in zip(dilation, module.kernel, strict=True))
    return (height, width), module.stride, module.pad


def offset(crop: Crop) -> Pair:
    """Of height and width, in pixels."""
    height, width = crop.offset
    return height, width
