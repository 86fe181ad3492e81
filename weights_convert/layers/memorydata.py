"""Caffe `MemoryData` (arrays that the program hands over): the caller feeds its tops instead.

Shape   data (batch_size, channels, height, width), labels (batch_size)
Source  BVLC/caffe src/caffe/layers/memory_data_layer.cpp, src/caffe/proto/caffe.proto.
"""

from typing import TYPE_CHECKING

from ..caffelayer import CaffeLayer, Shape
from ..errors import ConvertError
from ..fields import UInt32

if TYPE_CHECKING:
    from ..graph import Layer

MEMORY_DATA = {
    "batch_size": UInt32(0),
    "channels": UInt32(0),
    "height": UInt32(0),
    "width": UInt32(0),
}


class MemoryData(CaffeLayer):
    params = {"memory_data_param": MEMORY_DATA}
    source = True
    bottoms, tops = (0, 0), (2, 2)

    @classmethod
    def shapes(cls, layer: "Layer") -> list[Shape]:
        """The shape that `layer` states for data and labels."""
        fields = layer.fields("memory_data_param", MEMORY_DATA)
        shape = tuple(getattr(fields, name) for name in MEMORY_DATA)
        if not all(shape):
            raise ConvertError(
                f"layer {layer.name!r}: memory_data_param: {', '.join(MEMORY_DATA)} are {shape}, "
                f"expected at least 1 each"
            )
        return [shape, shape[:1]]
