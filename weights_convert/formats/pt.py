"""The state_dict as PyTorch saves it: torch.load(path, weights_only=True)."""

from pathlib import Path

import torch

from .. import parameters
from ..errors import ConvertError
from ..net import CaffeNet
from ..source import Source

SUFFIXES = (".pt",)


def write(net: CaffeNet, source: Source, path: Path) -> list[str]:
    try:
        with path.open("wb") as file:  # given a path, torch would put its name into the file
            torch.save(dict(net.state_dict()), file)
    except RuntimeError as error:
        raise ConvertError(f"torch: cannot write the file, is the disk full? {error}") from error
    read = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    found = ((key, tensor.numpy()) for key, tensor in read.items())
    return [parameters.check(parameters.arrays(net), found)]
