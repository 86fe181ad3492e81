"""The net as plain Python code that needs PyTorch alone; see to_python."""

from pathlib import Path

from ..net import CaffeNet
from ..source import Source
from ..to_python import to_python

SUFFIXES = (".py",)


def write(net: CaffeNet, source: Source, path: Path) -> list[str]:
    to_python(net, path)
    return [
        "computes the outputs of the net bit for bit, at several sizes",
        "has no parameters: convert to .safetensors or .pt as well, its head says how to load them",
    ]
