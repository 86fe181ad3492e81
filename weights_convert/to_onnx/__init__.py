"""A net as an ONNX file: nodes named as Caffe's layers, values as its blobs, any batch and size.

Shape   inputs and outputs keep the channels of the net; batch, height and width are dynamic.
Names   initializers as in the state_dict ("conv1_1.weight"), inputs and outputs as Caffe's blobs.
        What a blob is before its last in-place layer is called BLOB:LAYER, after the layer that
        makes it; so is an output that is an input overwritten in place.
Errors  ConvertError for a net of phase TRAIN, for a layer that ONNX cannot express, naming it, and
        for a file whose outputs are not the net's.
"""

from os import PathLike

from .. import emitter
from ..atomic import replacing
from ..net import CaffeNet
from ..runs import Sizes
from .builder import Builder
from .check import check_onnx
from .layers import emit
from .model import write

__all__ = ["check_onnx", "to_onnx"]


def to_onnx(net: CaffeNet, path: str | PathLike, sizes: Sizes | None = None) -> None:
    """Writes `net` to `path`, which appears once check_onnx has found it equal at all `sizes`."""
    emitter.check(net.graph)
    builder = Builder(net)
    for layer, module in net.steps():
        emit(builder, layer, module)
    with replacing(path) as file:
        write(builder, file)
        file.flush()
        check_onnx(net, file.name, sizes)
