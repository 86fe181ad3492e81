"""Caffe `Data` (LMDB or LevelDB): the caller feeds its tops instead.

Shape   stated nowhere: the caller gives it in `shapes`
Source  BVLC/caffe src/caffe/layers/data_layer.cpp, src/caffe/proto/caffe.proto (DataParameter).
"""

from typing import TYPE_CHECKING

from ..caffelayer import CaffeLayer, Shape
from ..fields import Bool, Enum, Float, String, UInt32

if TYPE_CHECKING:
    from ..graph import Layer

OLD_TRANSFORM = {
    "scale": Float(1.0),
    "mean_file": String(""),
    "crop_size": UInt32(0),
    "mirror": Bool(False),
}  # today in transform_param
DATA = {
    "source": String(""),
    "batch_size": UInt32(0),
    "rand_skip": UInt32(0),
    "backend": Enum({"LEVELDB": 0, "LMDB": 1}, "LEVELDB"),
    "force_encoded_color": Bool(False),
    "prefetch": UInt32(4),
    **OLD_TRANSFORM,
}


class Data(CaffeLayer):
    params = {"data_param": DATA}
    source = True
    bottoms, tops = (0, 0), (1, 2)

    @classmethod
    def shapes(cls, layer: "Layer") -> list[Shape]:
        """None: what the tops are is for the data base to say, or for the caller."""
        layer.fields(*next(iter(cls.params.items())))
        return []
