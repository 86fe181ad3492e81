"""The state_dict as .safetensors, with the prototxt and the checksums of both files beside it.

One metadata key, "weights_convert", holds JSON: format_version, net, phase, sha256 of prototxt and
caffemodel, prototxt (its text).  One, because the library writes several in random order.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import parameters
from ..errors import ConvertError
from ..net import CaffeNet
from ..optional import optional
from ..source import Source

SUFFIXES = (".safetensors",)
EXTRA = "safetensors"
VERSION = 1


def write(net: CaffeNet, source: Source, path: Path) -> list[str]:
    arrays = parameters.arrays(net)
    path.touch()
    mode = path.stat().st_mode
    library, numpy = optional("safetensors", EXTRA), optional("safetensors.numpy", EXTRA)
    try:
        numpy.save_file(arrays, path, _metadata(net, source))
    except library.SafetensorError as error:
        raise ConvertError(f"safetensors: cannot write the file: {error}") from error
    path.chmod(mode)  # the library's files are for their owner alone
    return [parameters.check(arrays, _read(path))]


def _metadata(net: CaffeNet, source: Source) -> dict[str, str]:
    told = {
        "format_version": VERSION,
        "net": net.graph.name,
        "phase": net.graph.phase,
        "sha256": source.sha256(),
        "prototxt": source.text,
    }
    return {"weights_convert": json.dumps(told)}


def _read(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    with optional("safetensors", EXTRA).safe_open(path, "numpy") as file:
        for key in file.keys():  # noqa: SIM118, it is no mapping
            yield key, file.get_tensor(key)
