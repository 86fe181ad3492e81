"""Caffe `ImageData` (a list of image files): the caller feeds its tops instead.

Shape   stated nowhere: the caller gives it in `shapes`
Source  BVLC/caffe src/caffe/layers/image_data_layer.cpp, src/caffe/proto/caffe.proto.
"""

from ..fields import Bool, String, UInt32
from .data import OLD_TRANSFORM, Data

IMAGE_DATA = {
    "source": String(""),
    "batch_size": UInt32(1),
    "rand_skip": UInt32(0),
    "shuffle": Bool(False),
    "new_height": UInt32(0),
    "new_width": UInt32(0),
    "is_color": Bool(True),
    "root_folder": String(""),
    **OLD_TRANSFORM,
}


class ImageData(Data):
    params = {"image_data_param": IMAGE_DATA}
    tops = (2, 2)
