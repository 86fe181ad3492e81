"""caffe.io of the pycaffe view: images from files, and from arrays into the blobs of a net.

Image   (H, W, C) float32 in [0, 1], RGB
Blob    (C, H, W) float32
Errors  ConvertError for a file that is no image; ValueError, as pycaffe, for arrays that do not fit
Source  BVLC/caffe python/caffe/io.py, as it behaves
"""

from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
import torch
import torch.nn.functional as F

from .errors import ConvertError


def load_image(filename: str | PathLike, color: bool = True) -> np.ndarray:
    """The image in [0, 1]: (H, W, 3) RGB, whatever the file has; (H, W, 1) if not `color`."""
    from PIL import Image  # the converter itself needs no Pillow

    try:
        with Image.open(filename) as image:
            pixels = np.asarray(image.convert("RGB" if color else "L"), np.float32) / 255
    except OSError as error:
        raise ConvertError(f"{filename}: not an image that can be read: {error}") from error
    return pixels if color else pixels[:, :, None]


def resize_image(im: np.ndarray, new_dims: Sequence[int], interp_order: int = 1) -> np.ndarray:
    """`im` (H, W, C) at new (height, width), float32: order 0 takes the nearest, 1 interpolates.

    Caffe asks skimage, whose versions differ at the border; here pixels there are repeated.
    """
    if interp_order not in (0, 1):
        raise ValueError(f"resize_image: interp_order {interp_order}, expected 0 or 1")
    planes = torch.from_numpy(np.array(im, np.float32).transpose(2, 0, 1))[None]
    size = tuple(map(int, new_dims[:2]))
    if interp_order:
        resized = F.interpolate(planes, size, mode="bilinear", align_corners=False)
    else:
        resized = F.interpolate(planes, size, mode="nearest-exact")
    return resized[0].numpy().transpose(1, 2, 0)


class Transformer:
    """What is done to an image before it is fed: size, axes, channels, scale, mean, in this order.

    Every step but the size is done only if it was set for that input.
    """

    def __init__(self, inputs: Mapping[str, Sequence[int]]):
        """inputs: blob -> its shape (N, C, H, W), such as net.blobs["data"].data.shape."""
        self.inputs = {name: tuple(shape) for name, shape in inputs.items()}
        self.transpose, self.channel_swap, self.mean = {}, {}, {}
        self.raw_scale, self.input_scale = {}, {}

    def set_transpose(self, in_: str, order: Sequence[int]) -> None:
        """The order of the image's axes in the blob, (2, 0, 1) for an image (H, W, C)."""
        if len(order) != len(self._shape(in_)) - 1:
            raise ValueError(f"set_transpose {order}: expected an axis for each of the blob's")
        self.transpose[in_] = tuple(order)

    def set_channel_swap(self, in_: str, order: Sequence[int]) -> None:
        """Which channel comes where, (2, 1, 0) for BGR of RGB."""
        if len(order) != self._shape(in_)[1]:
            raise ValueError(f"set_channel_swap {order}: expected {self._shape(in_)[1]} channels")
        self.channel_swap[in_] = tuple(order)

    def set_raw_scale(self, in_: str, scale: float) -> None:
        """What the image is multiplied by before the mean is subtracted, 255 for [0, 255]."""
        self._shape(in_)
        self.raw_scale[in_] = scale

    def set_input_scale(self, in_: str, scale: float) -> None:
        """What the image is multiplied by after the mean was subtracted."""
        self._shape(in_)
        self.input_scale[in_] = scale

    def set_mean(self, in_: str, mean: np.ndarray) -> None:
        """What is subtracted: of each channel (C,), or an image (C, H, W) in the blob's order."""
        mean, shape = np.asarray(mean), self._shape(in_)
        if mean.ndim == 1:
            mean = mean[:, None, None]
        elif mean.ndim == 2:
            mean = mean[None]
        if mean.ndim != 3 or mean.shape[0] != shape[1]:
            raise ValueError(f"set_mean: shape {mean.shape}, expected {shape[1]} channels")
        if mean.shape[1:] not in ((1, 1), shape[2:]):
            mean = resize_image(mean.transpose(1, 2, 0), shape[2:]).transpose(2, 0, 1)
        self.mean[in_] = mean

    def preprocess(self, in_: str, data: np.ndarray) -> np.ndarray:
        """The image (H, W, C) as the blob (C, H, W) is to have it, float32."""
        found = np.array(data, np.float32)
        if found.shape[:2] != self._shape(in_)[2:]:
            found = resize_image(found, self._shape(in_)[2:])
        if in_ in self.transpose:
            found = found.transpose(self.transpose[in_])
        if in_ in self.channel_swap:
            found = found[list(self.channel_swap[in_])]
        found = found * np.float32(self.raw_scale.get(in_, 1))
        found -= self.mean.get(in_, 0)
        found *= self.input_scale.get(in_, 1)
        return np.ascontiguousarray(found)

    def deprocess(self, in_: str, data: np.ndarray) -> np.ndarray:
        """The image (H, W, C) of which preprocess, at this size, makes `data` (C, H, W)."""
        found = np.array(data, np.float32).reshape(np.shape(data)[-3:])
        found /= self.input_scale.get(in_, 1)
        found += self.mean.get(in_, 0)
        found /= self.raw_scale.get(in_, 1)
        if in_ in self.channel_swap:
            found = found[np.argsort(self.channel_swap[in_])]
        if in_ in self.transpose:
            found = found.transpose(np.argsort(self.transpose[in_]))
        return found

    def _shape(self, in_: str) -> tuple[int, ...]:
        if in_ not in self.inputs:
            raise ValueError(f"{in_!r}: not an input of the Transformer, which has {self.inputs}")
        return self.inputs[in_]
