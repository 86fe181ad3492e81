"""Caffe files in, PyTorch modules out: prototxt and caffemodel without Caffe or protobuf.

>>> from weights_convert import read_caffemodel  # does not import torch
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import ConvertError

if TYPE_CHECKING:  # for type checkers, which do not see what is loaded on first use
    from .caffemodel import read_caffemodel as read_caffemodel
    from .caffemodel_writer import write_caffemodel as write_caffemodel
    from .from_safetensors import load_safetensors as load_safetensors
    from .load import load_net as load_net
    from .prototxt import read_prototxt as read_prototxt
    from .prototxt import write_prototxt as write_prototxt

_HOME = {
    "load_net": "load",
    "load_safetensors": "from_safetensors",
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
