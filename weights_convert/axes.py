"""The axes of a blob, which Caffe counts from its end where they are negative."""

from .caffelayer import Shape
from .errors import ShapeError


def canonical(field: str, axis: int, shape: Shape) -> int:
    """`axis` of a bottom of `shape`, counted from 0.  Raises ShapeError if it has none such.

    field: what errors call it, such as "softmax_param: axis".

    >>> canonical("softmax_param: axis", -1, (2, 3, 4, 5))
    3
    """
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(
            f"{field} {axis} of a bottom of shape {shape}, "
            f"expected from {-len(shape)} to {len(shape) - 1}"
        )
    return axis % len(shape)
