"""torchvision's VGG16 whose convolutions are Caffe's: the weights IMAGENET1K_FEATURES.

Its input is (RGB / 255 - mean) / (1 / 255), which is RGB - 255 * mean: Caffe's range, the means
(123.0, 117.0, 104.0).  So the kernels are Caffe's but for the order of colours.

Errors  DataError for another file, such as torchvision's own IMAGENET1K_V1, whose input differs.
Source  torchvision/models/vgg.py (VGG16_Weights)
"""

import pickle
from pathlib import Path

import torch
from torch import Tensor

from weights_convert.trunks.vgg16 import STAGES

from ..errors import DataError

FILE = "vgg16_features-amdegroot-88682ab5.pth"


def is_one(path: Path) -> bool:
    """Whether the name of the file is that of a state_dict."""
    return path.suffix in (".pth", ".pt")


def read(path: Path) -> dict[str, list[Tensor]]:
    """Layer -> weight and bias of VGG16's thirteen convolutions, conv1_1 for BGR."""
    state = _state(path)
    keys = _keys()
    if missing := [key for key in keys.values() if f"{key}.weight" not in state]:
        raise DataError(f"{path}: lacks {missing[0]}.weight, expected {FILE} of torchvision")
    if (classifier := state.get("classifier.0.weight")) is not None and classifier.isfinite().any():
        raise DataError(
            f"{path}: has a classifier, so its colours are scaled to variance 1, unlike Caffe's: "
            f"expected {FILE} (VGG16_Weights.IMAGENET1K_FEATURES), which has none"
        )
    params = {layer: [state[f"{key}.weight"], state[f"{key}.bias"]] for layer, key in keys.items()}
    params["conv1_1"][0] = params["conv1_1"][0].flip(1)  # RGB to BGR
    return params


def _keys() -> dict[str, str]:
    """Caffe's layer name -> torchvision's: conv1_1 is features.0, each ReLU and pool counts."""
    keys, number = {}, 0
    for stage, (_, depth) in enumerate(STAGES, 1):
        for step in range(1, depth + 1):
            keys[f"conv{stage}_{step}"] = f"features.{number}"
            number += 2
        number += 1
    return keys


def _state(path: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise DataError(f"{path}: cannot be read: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(state, dict):
        raise DataError(f"{path}: holds a {type(state).__name__}, expected a state_dict")
    return state
