"""Where a pixel of the image lands on a blob: exact coordinate maps of Caffe layers.

A Map sends image coordinate x to blob coordinate scale * x + shift, in pixels and as Fractions, so
that a crop offset is an exact integer or an error, never a rounded float.

Source  BVLC/caffe python/caffe/coord_map.py (coord_map, crop).
"""

from fractions import Fraction
from typing import NamedTuple

from .errors import ConvertError


class Map(NamedTuple):
    """blob coordinate = scale * image coordinate + shift."""

    scale: Fraction = Fraction(1)
    shift: Fraction = Fraction(0)

    def __str__(self) -> str:
        return f"scale {self.scale}, shift {self.shift}"

    def window(self, kernel: int, stride: int = 1, pad: int = 0) -> "Map":
        """This map followed by a Convolution or a Pooling."""
        step = Fraction(1, stride)
        return Map(step * self.scale, step * (self.shift + pad - Fraction(kernel - 1, 2)))

    def spread(self, kernel: int, stride: int = 1, pad: int = 0) -> "Map":
        """This map followed by a Deconvolution."""
        return Map(stride * self.scale, stride * self.shift + Fraction(kernel - 1, 2) - pad)

    def cut(self, offset: int) -> "Map":
        """This map followed by a Crop."""
        return Map(self.scale, self.shift - offset)


def crop_offset(blob: Map, like: Map) -> int:
    """The offset, in pixels, at which `blob` must be cropped to lie upon `like`.

    Raises ConvertError if the two differ in scale, by a part of a pixel, or if `like` begins first.
    """
    offset = blob.shift - like.shift
    if blob.scale != like.scale or offset.denominator != 1 or offset < 0:
        raise ConvertError(
            f"cannot crop a blob of {blob} to one of {like}: they do not lie pixel upon pixel"
        )
    return int(offset)
