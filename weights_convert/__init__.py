"""Caffe files in, PyTorch modules out: prototxt and caffemodel without Caffe or protobuf.

>>> from weights_convert import read_caffemodel  # does not import torch
"""

from importlib import import_module

from .errors import ConvertError

_HOME = {
    "load_net": "load",
    "read_prototxt": "prototxt",
    "write_prototxt": "prototxt",
    "read_caffemodel": "caffemodel",
    "write_caffemodel": "caffemodel_writer",
}
__all__ = ["ConvertError", *_HOME]


def __getattr__(name: str):
    """Loads the public functions on first use, so that reading a file does not import torch."""
    if name not in _HOME:
        raise AttributeError(f"module 'weights_convert' has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
