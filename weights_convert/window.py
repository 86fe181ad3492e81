"""Kernel, stride, pad and dilation of a layer that slides a window over height and width.

Units   pixels of the bottom; every result is a pair (height, width).
Errors  ConvertError, in the words of the field, for what Caffe's own checks refuse.
Source  BVLC/caffe src/caffe/layers/base_conv_layer.cpp and pooling_layer.cpp (LayerSetUp).
"""

from types import SimpleNamespace

from .errors import ConvertError

Pair = tuple[int, int]
MOST = 2**31 - 1


def pair(fields: SimpleNamespace, name: str, default: int | None = None) -> Pair:
    """(height, width) of field `name`: stated once, once per axis, or as its _h and _w fields."""
    prefix = name.removesuffix("_size")
    ends = (f"{prefix}_h", f"{prefix}_w")
    stated = getattr(fields, name) if name in fields.given else ()
    stated = stated if isinstance(stated, tuple) else (stated,)
    if fields.given.intersection(ends):
        if stated:
            raise ConvertError(f"{name} together with {ends[0]} or {ends[1]}, expected one of them")
        sizes = (getattr(fields, ends[0]), getattr(fields, ends[1]))
    elif len(stated) > 2:
        raise ConvertError(f"{name} has {len(stated)} values, expected one, or height and width")
    else:
        sizes = (stated[0], stated[-1]) if stated else (default, default)
    if None in sizes:
        raise ConvertError(f"lacks {name}, or both {ends[0]} and {ends[1]}")
    if max(sizes) > MOST:
        # Caffe: reads them as unsigned and computes with int, so that these become negative.
        raise ConvertError(f"{name} is {sizes[0]} x {sizes[1]}, expected at most {MOST}")
    return sizes


def positive(name: str, sizes: Pair) -> Pair:
    """`sizes`, once each is known to be at least 1."""
    if min(sizes) < 1:
        raise ConvertError(f"{name} is {sizes[0]} x {sizes[1]}, expected at least 1")
    return sizes
