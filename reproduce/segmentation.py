"""One call from a photograph to its labels."""

from typing import Any

import torch
from PIL import Image

from weights_convert.fast import Fast
from weights_convert.net import CaffeNet

from .datasets import Sample
from .errors import DataError
from .evaluate import predicted
from .precision import exact
from .predicting.drawing import label_image
from .preprocess import Picture

__all__ = ["label_image", "segment"]


def segment(
    net: CaffeNet | Fast,
    image: Picture | None = None,
    *,
    hha: Picture | None = None,
    depth: Any = None,
) -> dict[str, Image.Image]:
    """Head -> labels, a PIL image of mode P in the colours of the net's data set.

    Its size is that of `image`, and `numpy.array` of it gives the classes, (H, W) uint8, whose
    names are `net.tasks[head].classes`.

    net: of open_net, on any device.  image, hha, depth: see Preprocess.
    Raises DataError for a net without preprocessing, and for an image that the net cannot take.
    """
    if getattr(net, "preprocess", None) is None or net.tasks is None:
        raise DataError(
            f"net: {net!r:.40} has no preprocessing and classes, expected one of open_net"
        )
    inputs = net.preprocess(image, hha=hha, depth=depth)
    with exact(), torch.inference_mode():
        labels = predicted(net, tuple(net.tasks), _device(net), Sample("", inputs, {}))
    found = {head: x.cpu().numpy() for head, x in labels.items()}
    return {head: label_image(x, net.tasks[head].palette) for head, x in found.items()}


def _device(net: CaffeNet | Fast) -> torch.device:
    return net.device if isinstance(net, Fast) else next(net.parameters()).device
