"""What every Caffe layer type has in common."""

from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn

from .errors import ConvertError, ShapeError

if TYPE_CHECKING:
    from .graph import Layer

Shape = tuple[int, ...]


class CaffeLayer(nn.Module):
    """A layer as a module; its parameters are `weight` and `bias`, in Caffe's blob order."""

    params: ClassVar[dict[str, dict]] = {}  # parameter message -> spec, see fields.py
    source: ClassVar[bool] = False  # makes net inputs: data layers
    loss: ClassVar[bool] = False  # left out in TEST
    allocates: ClassVar[bool] = (
        False  # its top is new memory, which an in-place layer may overwrite
    )
    bottoms: ClassVar[tuple[int, int | None]] = (1, 1)  # least and most; None: no bound
    tops: ClassVar[tuple[int, int | None]] = (1, 1)

    def __init__(self, layer: "Layer", shapes: list[Shape]):
        """The module for `layer` with bottoms of `shapes`.  Raises ConvertError if Caffe would."""
        super().__init__()

    def reshape(self, shapes: list[Shape]) -> list[Shape]:
        """Shapes of the tops for bottoms of `shapes`; by default one top, shaped as bottom 0.

        Raises ShapeError where Caffe's Reshape stops.  Called before every forward.
        """
        return shapes[:1]

    @classmethod
    def check_counts(cls, layer: "Layer") -> None:
        """Raises ConvertError where Caffe's ExactNumBottomBlobs and its kin would stop."""
        for word, names, (least, most) in (
            ("bottom", layer.bottoms, cls.bottoms),
            ("top", layer.tops, cls.tops),
        ):
            if len(names) < least or (most is not None and len(names) > most):
                bound = str(least) if least == most else f"{least} to {most or 'any number'}"
                raise ConvertError(
                    f"layer {layer.name!r}: {layer.type} with {len(names)} {word} blobs, "
                    f"expected {bound}"
                )

    def empty_parameter(self, *shape: int, learned: bool = True) -> nn.Parameter:
        """A float32 parameter of `shape` whose memory is not touched until it is filled."""
        if min(shape, default=1) < 0:
            raise ShapeError(f"a parameter of shape {shape}, expected no negative size")
        return nn.Parameter(torch.empty(shape, dtype=torch.float32), requires_grad=learned)


def planes(shape: Shape) -> Shape:
    """`shape` if it is (N, C, H, W).  Raises ShapeError otherwise."""
    if len(shape) != 4:
        raise ShapeError(f"a bottom of shape {shape}, expected (N, C, H, W)")
    return shape
