"""The net as an ONNX graph of any height and width; see to_onnx."""

from pathlib import Path

from ..net import CaffeNet
from ..source import Source
from ..to_onnx import to_onnx

SUFFIXES = (".onnx",)


def write(net: CaffeNet, source: Source, path: Path) -> list[str]:
    to_onnx(net, path)
    return ["onnxruntime computes the outputs of the net, at several sizes"]
