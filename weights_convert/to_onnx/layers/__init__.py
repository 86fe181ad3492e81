"""Caffe layer -> ONNX nodes: one file per layer type, found by its name.

Adding a layer type is adding a file named as the type in lower case (`Pooling` is pooling.py) with

    emit(step) -> None       step: builder.Step; every top in step.tops is to be made

Nothing else changes.
"""

from ...caffelayer import CaffeLayer
from ...emitter import emitter
from ...errors import ConvertError
from ...graph import Layer
from ..builder import Builder


def emit(builder: Builder, layer: Layer, module: CaffeLayer) -> None:
    """Adds the nodes of `layer`.  Raises ConvertError, naming it, if ONNX cannot express it."""
    write = emitter(__name__, layer, "ONNX")
    try:
        write(builder.step(layer, module))
    except ConvertError as error:
        raise type(error)(f"layer {layer.name!r}, type {layer.type!r}: {error}") from None
