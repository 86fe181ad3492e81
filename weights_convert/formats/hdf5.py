"""A caffemodel of the HDF5 form, which has the arrays alone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import parameters
from ..caffemodel import Caffemodel
from ..hdf5 import write_hdf5
from ..net import CaffeNet
from ..source import Source

SUFFIXES = (".caffemodel.h5",)


def write(net: CaffeNet, source: Source, path: Path) -> list[str]:
    blobs = parameters.blobs(net)
    write_hdf5(path, blobs)
    return [parameters.check(dict(parameters.named(blobs)), _read(path))]


def _read(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    with Caffemodel.open(path) as model:
        for layer in model.layers:
            yield from parameters.named({layer.name: (blob.read() for blob in layer.blobs)})
