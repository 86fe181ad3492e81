"""A net back from the .safetensors that `convert` wrote: its prototxt is in the file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any

from .cropping import aligned
from .errors import ConvertError, WeightsError
from .formats.safetensors import EXTRA, KEY, VERSION
from .graph import read_graph
from .net import CaffeNet
from .optional import optional
from .prototxt import parse

Path = str | PathLike[str]


def load_safetensors(path: Path) -> CaffeNet:
    """The net in the file `path`, float32, on the CPU, as it was when the file was written.

    Raises ConvertError for a file that is missing, broken or without the prototxt, and for arrays
    that are not exactly those of the net.
    """
    told = read_metadata(path)
    how = told.get("loading", {})
    shapes = {blob: tuple(shape) for blob, shape in how.get("shapes", {}).items()}
    choice = how.get("level", 0), tuple(how.get("stages", ())), how.get("losses")
    graph = read_graph(parse(told["prototxt"], str(path)), told["phase"], *choice)
    net = CaffeNet(aligned(graph, how.get("align_crops")), shapes)
    _fill(net, path)
    return net


def read_metadata(path: Path) -> dict[str, Any]:
    """What formats/safetensors.py has written beside the arrays; `about` is the caller's.

    Raises ConvertError for a file that is missing or broken, or has none of it.
    """
    with _opened(path) as file:
        text = (file.metadata() or {}).get(KEY)
    if text is None:
        raise ConvertError(
            f"{path}: says nothing of its net (no metadata {KEY!r}), expected a file written by "
            "python -m weights_convert convert"
        )
    try:
        told = json.loads(text)
        version, *_ = (told[key] for key in ("format_version", "net", "phase", "prototxt"))
    except (ValueError, TypeError, KeyError):
        raise ConvertError(f"{path}: metadata {KEY!r} is not what convert writes") from None
    if version != VERSION:
        raise ConvertError(f"{path}: format version {version}, expected {VERSION}: convert again")
    return told


def _fill(net: CaffeNet, path: Path) -> None:
    """Copies the arrays of the file, which is mapped, into the net's memory."""
    own = net.state_dict()
    with _opened(path) as file:
        found = set(file.keys())
        if found != own.keys():
            lacks, strange = sorted(own.keys() - found), sorted(found - own.keys())
            raise WeightsError(f"{path}: lacks {lacks}, has and the net has not {strange}")
        for key, tensor in own.items():
            given = file.get_tensor(key)
            if given.shape != tensor.shape or given.dtype != tensor.dtype:
                raise WeightsError(
                    f"{path}: {key!r} is {given.dtype} {tuple(given.shape)}, "
                    f"expected {tensor.dtype} {tuple(tensor.shape)}"
                )
            tensor.copy_(given)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    library = optional("safetensors", EXTRA)
    try:
        with library.safe_open(path, "pt") as file:
            yield file
    except FileNotFoundError:
        raise ConvertError(f"{path}: no such file, expected .safetensors") from None
    except library.SafetensorError as error:
        raise ConvertError(f"{path}: is no whole .safetensors file: {error}") from error
