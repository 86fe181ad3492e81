"""Where the nets of the pycaffe view compute: caffe.set_mode_cpu, set_mode_gpu and set_device.

As in Caffe the choice is one for the whole program, and a net follows it at its next run.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cudnn

from .errors import ConvertError

CPU = torch.device("cpu")
_chosen = {"gpu": False, "index": 0}


def set_mode_cpu() -> None:
    """From now on nets compute on the CPU."""
    _chosen["gpu"] = False


def set_mode_gpu() -> None:
    """From now on nets compute on the GPU; where there is none, a warning, and on the CPU."""
    _chosen["gpu"] = torch.cuda.is_available()
    if not _chosen["gpu"]:
        warnings.warn("caffe.set_mode_gpu: torch finds no GPU, so on the CPU", stacklevel=2)


def set_device(index: int) -> None:
    """Which GPU set_mode_gpu means.  Raises ConvertError if there are GPUs, but not that one."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if count and not 0 <= index < count:
        raise ConvertError(f"caffe.set_device({index}): expected 0 to {count - 1}")
    _chosen["index"] = index


def device() -> torch.device:
    """The device of the mode that is set."""
    return torch.device("cuda", _chosen["index"]) if _chosen["gpu"] else CPU


@contextmanager
def float32() -> Iterator[None]:
    """Inside: products in float32, as Caffe's are, though torch lets cuDNN round to 10 bits."""
    with cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield
