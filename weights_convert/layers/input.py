"""Caffe `Input`: blobs that the caller feeds; the shapes it states are examples.

Source  BVLC/caffe src/caffe/layers/input_layer.cpp.
"""

from typing import TYPE_CHECKING

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import Int64, Nested, Repeated

if TYPE_CHECKING:
    from ..graph import Layer

INPUT = {"shape": Repeated(Nested({"dim": Repeated(Int64())}))}


class Input(CaffeLayer):
    params = {"input_param": INPUT}
    source = True
    bottoms, tops = (0, 0), (1, None)

    @staticmethod
    def shapes(layer: "Layer") -> list[Shape]:
        """The shape that `layer` states for each of its tops."""
        stated = [tuple(shape.dim) for shape in layer.fields("input_param", INPUT).shape]
        if len(stated) not in (0, 1, len(layer.tops)):
            raise ConvertError(
                f"layer {layer.name!r}: {len(stated)} shapes for {len(layer.tops)} tops, "
                f"expected one shape, or one for each top"
            )
        return stated * (len(layer.tops) if len(stated) == 1 else 1)
