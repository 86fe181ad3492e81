"""Layers that Caffe does not let overwrite their bottom."""

from typing import TYPE_CHECKING

from .errors import ConvertError

if TYPE_CHECKING:
    from .graph import Layer


def refuse_in_place(layer: "Layer") -> None:
    """Raises ConvertError if `layer` is in place."""
    if layer.in_place:
        raise ConvertError(
            f"{layer.type} in place on blob {layer.tops[0]!r}, expected a top of another name"
        )
