"""Blobs of the pycaffe view: numpy arrays over the memory in which the net computes.

Dtype   float32, data and diff
Source  BVLC/caffe src/caffe/blob.cpp, syncedmem.cpp, python/caffe/_caffe.cpp
"""

from math import prod

import numpy as np
import torch
from torch import Tensor, nn

from .caffelayer import Shape, possible
from .errors import ConvertError, ShapeError
from .pycaffe_device import CPU

LEGACY = ("num", "channels", "height", "width")


class Known:
    """An object that answers for an attribute which it lacks with the names of those it has."""

    def __getattr__(self, name: str):
        has = ", ".join(sorted(key for key in dir(self) if not key.startswith("_")))
        raise AttributeError(f"{type(self).__name__}.{name}: not in this view, which has {has}")


class Memory:
    """Numbers at one place, the CPU or a GPU; they go where they are asked for.

    As in Caffe, they stay in place while they fit, so that an array over them stays valid, and an
    array on the CPU is of no effect once a GPU has read it.
    """

    def __init__(self):
        self.flat: Tensor | None = None

    def at(self, shape: Shape, device: torch.device = CPU) -> Tensor:
        """The first of the numbers in `shape`, on `device`; all are 0 if there were too few."""
        if self._lacks(prod(shape)):
            self.flat = torch.zeros(prod(shape), device=device)
        elif self.flat.device != device:
            self.flat = self.flat.to(device)
        return self.flat[: prod(shape)].view(shape)

    def put(self, values: Tensor, keep: bool) -> None:
        """Copies `values`, or takes them over if there is no room for them and not `keep`."""
        if self._lacks(values.numel()) or self.flat.device != values.device:
            values = values.clone() if keep else values
            self.flat = values.contiguous().view(-1)
        elif self.flat.data_ptr() != values.data_ptr():
            self.at(values.shape, values.device).copy_(values)

    def _lacks(self, count: int) -> bool:
        return self.flat is None or self.flat.numel() < count


class Blob(Known):
    """Values and gradient of one blob, which layers read and write."""

    def __init__(self, shape: Shape = (), diff: float = 0.0):
        """diff: what the gradient begins with, the weight of a loss."""
        self._shape, self._weight = possible(tuple(shape)), diff
        self._data, self._diff = Memory(), Memory()
        self._fill_diff()

    @property
    def shape(self) -> Shape:
        return self._shape

    @property
    def count(self) -> int:
        """The number of numbers."""
        return prod(self.shape)

    @property
    def data(self) -> np.ndarray:
        """The values, float32 of `shape`: what is written there is what the net reads."""
        return self._data.at(self.shape).numpy()

    @property
    def diff(self) -> np.ndarray:
        """The gradient of the loss by the values, float32 of `shape`."""
        return self._diff.at(self.shape).numpy()

    def reshape(self, *shape: int) -> None:
        """Gives the blob another shape; numbers stay in their order if there is room for all.

        Raises ConvertError for a shape that is not of whole numbers or too large.
        """
        if not all(isinstance(dim, int | np.integer) for dim in shape):
            raise ConvertError(f"blob.reshape{shape}: expected whole numbers, as in reshape(1, 3)")
        self._shape = possible(tuple(map(int, shape)))
        self._fill_diff()

    def _fill_diff(self) -> None:
        if self._weight:
            self._diff.at(self._shape).fill_(self._weight)

    def _legacy(self, axis: int) -> int:
        # Caffe: shapes of fewer axes than the four of old end with as many ones.
        if len(self.shape) > len(LEGACY):
            raise ShapeError(f"a blob of shape {self.shape} has no {LEGACY[axis]}, use shape")
        return (*self.shape, 1, 1, 1, 1)[axis]

    num, channels, height, width = (property(lambda self, i=i: self._legacy(i)) for i in range(4))


class Parameter(Blob):
    """A parameter of the net: its data is the module's parameter, its diff the .grad of that.

    The diff adds up over backward passes, as in Caffe, until clear_param_diffs.
    """

    def __init__(self, owner: nn.Parameter, shape: Shape):
        self._owner, self._shape = owner, tuple(shape)

    @property
    def data(self) -> np.ndarray:
        return _here(self._owner).detach().view(self.shape).numpy()

    @property
    def diff(self) -> np.ndarray:
        if self._owner.grad is None:
            self._owner.grad = torch.zeros_like(self._owner)
        return _here(self._owner.grad).view(self.shape).numpy()

    def show(self, owner: nn.Parameter) -> None:
        """Makes this the blob of another parameter of as many numbers."""
        self._owner = owner

    def reshape(self, *shape: int) -> None:
        """Raises ConvertError for any shape but its own: a parameter's is the layer's to say."""
        if tuple(shape) != self.shape:
            raise ConvertError(f"parameter of shape {self.shape}: cannot be reshaped to {shape}")


def _here(tensor: Tensor) -> Tensor:
    """`tensor` itself, moved to the CPU."""
    if tensor.device != CPU:
        tensor.data = tensor.data.cpu()
    return tensor
