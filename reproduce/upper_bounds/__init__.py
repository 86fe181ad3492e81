"""Upper bounds on mean IU: what is left of a truth that was shrunk by a factor and enlarged again.

Shape   labels (H, W) uint8, a class or void 255 -> (H, W) uint8, a class
Units   a factor is pixels per cell, on each axis
Errors  DataError for what is no label image, factor or number of classes
Source  Long, Shelhamer, Darrell, arXiv:1411.4038v2, appendix A, gives the six figures and not
        the way of resampling: each of METHODS is one reading of it.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from ..datasets import VOID
from ..errors import DataError
from .blending import FCN_PAD, area, blended, caffe, cubic, imresize, mode, triangle
from .picking import centres, corners, nearest, picked

FACTORS = (128, 64, 32, 16, 8, 4)


class Method(NamedTuple):
    """A way down and up again.  function(label, factor, classes): (H, W) uint8 -> (H, W) uint8."""

    title: str
    text: str
    function: Callable[[np.ndarray, int, int], np.ndarray]


def _checked(way: Callable, label: np.ndarray, factor: int, classes: int) -> np.ndarray:
    if label.ndim != 2 or label.dtype != np.uint8 or not label.size:
        raise DataError(f"label: {label.dtype} {label.shape}, expected uint8 (H, W) with pixels")
    if factor < 1:
        raise DataError(f"factor {factor}: expected 1 or more pixels per cell")
    if not 1 <= classes <= VOID:
        raise DataError(f"{classes} classes: expected 1 to {VOID}")
    wrong = (label >= classes) & (label != VOID)
    if wrong.any():
        raise DataError(
            f"label: {label[wrong][0]} is in it, expected 0 to {classes - 1} or {VOID} for void"
        )
    return way(label, factor, classes)


def _method(title: str, text: str, way: Callable, *settings: object) -> Method:
    return Method(title, text, partial(_checked, partial(way, *settings)))


_BACKGROUND = "Void is background on the way down."
_MATLAB = "MATLAB's imresize of each class's map"

METHODS: dict[str, Method] = {
    "subsample-corner": _method(
        "corner pixel, repeated",
        "label[::f, ::f], each label repeated f times on both axes. Void comes back as background.",
        *(picked, corners),
    ),
    "subsample-centre": _method(
        "centre pixel, repeated",
        "The middle pixel of each f x f cell, repeated. Void comes back as background.",
        *(picked, centres),
    ),
    "nearest": _method(
        "nearest resize",
        "Nearest-pixel resize to round(n / f) and back. Void comes back as background.",
        *(picked, nearest),
    ),
    "mode": _method(
        "majority of each cell",
        "The label that most pixels of an f x f cell have, repeated. Void has no vote; a cell of "
        "void alone is background.",
        mode,
    ),
    "area-bilinear": _method(
        "cell means, bilinear",
        f"Each class's share of an f x f cell, linear between centres, then argmax. {_BACKGROUND}",
        *(blended, area, True),
    ),
    "area-bilinear-no-void": _method(
        "cell means less void, bilinear",
        "As area-bilinear, but void is of no class on the way down.",
        *(blended, area, False),
    ),
    "bilinear-bilinear": _method(
        "bilinear resize, no antialiasing",
        f"{_MATLAB}, bilinear without antialiasing, both ways, then argmax. {_BACKGROUND}",
        *(blended, imresize(triangle, False), True),
    ),
    "imresize-bilinear": _method(
        "bilinear imresize",
        f"{_MATLAB}, bilinear and antialiased, both ways, then argmax. {_BACKGROUND}",
        *(blended, imresize(triangle, True), True),
    ),
    "imresize-bicubic": _method(
        "bicubic imresize",
        f"{_MATLAB}, bicubic and antialiased, both ways, then argmax. {_BACKGROUND}",
        *(blended, imresize(cubic, True), True),
    ),
    "caffe-bilinear": _method(
        "bilinear convolution and deconvolution",
        f"Each class's map, padded by {FCN_PAD} zeros as in an FCN, convolved with the bilinear "
        "kernel of 2f pixels at stride f, deconvolved with it and cropped, then argmax. "
        f"{_BACKGROUND} Last pixels that f = 128 does not reach are background.",
        *(blended, caffe, True),
    ),
}
