"""Caffe `WindowData` (windows of a list of image files): the caller feeds its tops instead.

Shape   stated nowhere: the caller gives it in `shapes`
Source  BVLC/caffe src/caffe/layers/window_data_layer.cpp, src/caffe/proto/caffe.proto.
"""

from ..fields import Bool, Float, String, UInt32
from .data import OLD_TRANSFORM, Data

WINDOW_DATA = {
    "source": String(""),
    "batch_size": UInt32(0),
    "fg_threshold": Float(0.5),
    "bg_threshold": Float(0.5),
    "fg_fraction": Float(0.25),
    "context_pad": UInt32(0),
    "crop_mode": String("warp"),
    "cache_images": Bool(False),
    "root_folder": String(""),
    **OLD_TRANSFORM,
}


class WindowData(Data):
    params = {"window_data_param": WINDOW_DATA}
    tops = (2, 2)
