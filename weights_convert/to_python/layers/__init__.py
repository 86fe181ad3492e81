"""Caffe layer -> a line of Python: one file per layer type, found by its name.

Adding a layer type is adding a file named as the type in lower case (`Pooling` is pooling.py) with

    emit(step) -> str        step: step.Step; an expression, or as many with commas as it has tops

Nothing else changes.
"""

from ...caffelayer import CaffeLayer
from ...emitter import emitter
from ...errors import UnsupportedError
from ...graph import Layer
from ..script import Script


def emit(script: Script, layer: Layer, module: CaffeLayer) -> None:
    """Adds the line of `layer`.  Raises UnsupportedError, naming it, if we cannot write one."""
    write = emitter(__name__, layer, "Python")
    try:
        step = script.step(layer, module)
        script.assign(step, write(step))
    except UnsupportedError as error:
        raise UnsupportedError(f"layer {layer.name!r}, type {layer.type!r}: {error}") from None
