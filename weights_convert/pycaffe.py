"""Caffe's Python face, as far as the release's scripts use it, upon our nets.

    import weights_convert.pycaffe as caffe
    net = caffe.Net("deploy.prototxt", "fcn8s-heavy-pascal.caffemodel", caffe.TEST)
    net.blobs["data"].reshape(1, *image.shape)
    net.blobs["data"].data[...] = image
    net.forward()
    labels = net.blobs["score"].data[0].argmax(0)

Modules that themselves say `import caffe`, such as those of Python layers, find it after
`sys.modules["caffe"] = weights_convert.pycaffe`.

Left out  solvers (reproduce.solver has them), Classifier, Detector, NetSpec and the protobuf
          messages; the layers that Caffe adds where several read a blob, and their blobs.
Source    BVLC/caffe python/caffe/__init__.py, pycaffe.py, _caffe.cpp, as they behave.
"""

import torch

from . import pycaffe_io as io
from .pycaffe_blob import Blob
from .pycaffe_device import set_device, set_mode_cpu, set_mode_gpu
from .pycaffe_layer import Layer
from .pycaffe_net import TEST, TRAIN, Net

__all__ = [
    "TEST",
    "TRAIN",
    "Blob",
    "Layer",
    "Net",
    "io",
    "set_device",
    "set_mode_cpu",
    "set_mode_gpu",
    "set_random_seed",
]


def set_random_seed(seed: int) -> None:
    """Makes fillers and Dropout repeatable; their numbers are torch's, not Caffe's."""
    torch.manual_seed(seed)


def __getattr__(name: str):
    if name.startswith("__"):
        raise AttributeError(name)
    if name.endswith("Solver") or name == "get_solver":
        raise AttributeError(
            f"caffe.{name}: this view has no solvers, use reproduce.solver.Solver.from_prototxt"
        )
    raise AttributeError(f"caffe.{name}: not in this view, which has {', '.join(__all__)}")
