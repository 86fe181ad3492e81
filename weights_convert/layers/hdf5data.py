"""Caffe `HDF5Data` (a list of HDF5 files): the caller feeds its tops instead.

Shape   stated nowhere: the caller gives it in `shapes`
Source  BVLC/caffe src/caffe/layers/hdf5_data_layer.cpp, src/caffe/proto/caffe.proto.
"""

from ..fields import Bool, String, UInt32
from .data import Data

HDF5_DATA = {"source": String(""), "batch_size": UInt32(0), "shuffle": Bool(False)}


class HDF5Data(Data):
    params = {"hdf5_data_param": HDF5_DATA}
    tops = (1, None)
