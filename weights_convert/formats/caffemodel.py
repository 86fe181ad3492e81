"""A caffemodel with the arrays of the net; all else has the bytes of the source."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import parameters
from ..caffemodel import Caffemodel
from ..caffemodel_resave import resave
from ..caffemodel_writer import write_caffemodel
from ..net import CaffeNet
from ..source import Source

SUFFIXES = (".caffemodel", ".caffemodel.gz")


def write(net: CaffeNet, source: Source, path: Path) -> list[str]:
    blobs = parameters.blobs(net)
    changes = _save(net, source, path, blobs)
    told = parameters.check(dict(parameters.named(blobs)), _read(path, blobs.keys()))
    same = [f"the same bytes as {source.caffemodel}"]
    return [told, *([f"not as in {source.caffemodel}: {change}" for change in changes] or same)]


def _save(net: CaffeNet, source: Source, path: Path, blobs: parameters.Blobs) -> list[str]:
    """Writes the file; returns what is not as in the source."""
    types = parameters.types(net)
    with Caffemodel.open(source.caffemodel) as model:
        if model.message:
            return resave(path, model, blobs, types)
    write_caffemodel(path, blobs, types, net.graph.name)
    return ["the form, which is HDF5"]


def _read(path: Path, names: set[str]) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of the layers `names`, one after the other."""
    with Caffemodel.open(path) as model:
        last = {layer.name: layer for layer in model.layers if layer.blobs}
        for name in last.keys() & names:
            yield from parameters.named({name: (blob.read() for blob in last[name].blobs)})
