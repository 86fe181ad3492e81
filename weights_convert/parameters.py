"""The parameters of a net, in Caffe's order and as a state_dict, and whether others are the same.

Same means bit by bit: two NaNs can be the same, 0 and -0 are not.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from .errors import ConvertError
from .net import CaffeNet

Blobs = dict[str, list[np.ndarray]]  # layer name -> arrays in Caffe's blob order


def blobs(net: CaffeNet) -> Blobs:
    """Layer name -> its arrays in Caffe's blob order, not copied; of one name the first layer."""
    params = net.params()
    found: Blobs = {}
    for key, (layer, _) in zip(net._modules, net.steps(), strict=True):
        if key in params:
            found.setdefault(layer.name, [blob.detach().cpu().numpy() for blob in params[key]])
    return found


def types(net: CaffeNet) -> dict[str, str]:
    """Layer name -> Caffe's layer type."""
    return {layer.name: layer.type for layer in net.graph.layers}


def arrays(net: CaffeNet) -> dict[str, np.ndarray]:
    """The state_dict as arrays, in C's order, that share its memory."""
    state = net.state_dict()
    return {key: np.asarray(tensor.detach().numpy(), order="C") for key, tensor in state.items()}


def named(blobs: Mapping[str, Iterable[np.ndarray]]) -> Iterable[tuple[str, np.ndarray]]:
    """Each array with a name such as "conv1_1:0"."""
    return ((f"{layer}:{i}", array) for layer, own in blobs.items() for i, array in enumerate(own))


def check(expected: Mapping[str, np.ndarray], found: Iterable[tuple[str, np.ndarray]]) -> str:
    """What to tell of a file that gave back `found`, if that is just `expected`.

    Raises ConvertError naming the first array that is left over, not the same or missing.
    """
    left = dict(expected)
    for key, array in found:
        want = left.pop(key, None)
        if want is None:
            raise ConvertError(f"array {key!r} was read back, and is none of the net's")
        if array.dtype != want.dtype or array.shape != want.shape or not _same(array, want):
            raise ConvertError(f"array {key!r} is not what was written when it is read back")
    if left:
        raise ConvertError(f"array {next(iter(left))!r} is missing when the file is read back")
    return f"{len(expected)} arrays, read back and equal bit for bit"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    bits = f"u{one.itemsize}"
    flat = (np.ascontiguousarray(array).reshape(-1).view(bits) for array in (one, other))
    return np.array_equal(*flat)
