"""What every Caffe layer type has in common."""

from math import prod
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn

from .blobproto import MAX_AXES, MAX_COUNT
from .errors import ConvertError, ShapeError
from .filler import check_filler, constant

if TYPE_CHECKING:
    from .graph import Layer

Shape = tuple[int, ...]


class CaffeLayer(nn.Module):
    """A layer as a module; its parameters are `weight` and `bias`, in Caffe's blob order."""

    params: ClassVar[dict[str, dict]] = {}  # parameter message -> spec, see fields.py
    begins: ClassVar[float] = 0.0  # the weight, where no filler is stated
    source: ClassVar[bool] = False  # makes net inputs: data layers
    loss: ClassVar[bool] = False  # compares with labels: left out in TEST
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

    def find_fillers(self, layer: "Layer") -> dict[str, SimpleNamespace]:
        """Parameter -> what fills it at first, a field such as "weight_filler" or "filler".

        Raises ConvertError for a filler that Caffe does not know.
        """
        fillers = {}
        for name, _ in self.named_parameters():
            fillers[name] = constant(self.begins if name == "weight" else 0.0)
            for message, spec in self.params.items():
                field = next((f for f in (f"{name}_filler", "filler") if f in spec), None)
                stated = getattr(layer.fields(message, spec), field) if field else None
                fillers[name] = check_filler(stated) if stated else fillers[name]
        return fillers

    def empty_parameter(self, *shape: int, learned: bool = True) -> nn.Parameter:
        """A float32 parameter of `shape` whose memory is not touched until it is filled."""
        try:
            empty = torch.empty(possible(shape), dtype=torch.float32)
        except RuntimeError:
            raise ShapeError(f"a parameter of shape {shape}, more than there is memory") from None
        return nn.Parameter(empty, requires_grad=learned)


def possible(shape: Shape) -> Shape:
    """`shape` if Caffe can have a blob of it.  Raises ShapeError otherwise."""
    if len(shape) > MAX_AXES or min(shape, default=0) < 0 or prod(filter(None, shape)) > MAX_COUNT:
        raise ShapeError(
            f"a blob of shape {shape}, expected no negative size, at most {MAX_AXES} axes and at "
            f"most {MAX_COUNT} numbers"
        )
    return shape


def planes(shape: Shape) -> Shape:
    """`shape` if it is (N, C, H, W).  Raises ShapeError otherwise."""
    if len(shape) != 4:
        raise ShapeError(f"a bottom of shape {shape}, expected (N, C, H, W)")
    return shape
