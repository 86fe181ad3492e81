"""The state_dict as .safetensors, with the prototxt and the checksums of both files beside it.

One metadata key, "weights_convert", holds JSON: format_version, net, phase, sha256 of prototxt and
caffemodel, prototxt (its text), and where there is any: `loading` (arguments of load_net other than
by default), `means` (what the prototxt's data layers subtract) and `about` (of the caller).  One,
because the library writes several in random order.  load_safetensors.py reads it.
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
from ..stated_means import stated_means

SUFFIXES = (".safetensors",)
EXTRA = "safetensors"
KEY = "weights_convert"
VERSION = 1
LOADING = ("level", "stages", "losses", "shapes", "align_crops")  # beside the phase


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
    means = stated_means(net.graph)
    more = {"loading": _loading(source), "means": means, "about": dict(source.about)}
    return {KEY: json.dumps(told | {key: value for key, value in more.items() if value})}


def _loading(source: Source) -> dict[str, object]:
    """What is not as by default; False is no default of either switch."""
    given = {key: source.loading.get(key) for key in LOADING}
    return {key: value for key, value in given.items() if value or value is False}


def _read(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    with optional("safetensors", EXTRA).safe_open(path, "numpy") as file:
        for key in file.keys():  # noqa: SIM118, it is no mapping
            yield key, file.get_tensor(key)
