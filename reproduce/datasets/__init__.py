"""Data sets: one file each, found by its name, whose `open_dataset` gives a Dataset.

To add a data set, add a file here with `open_dataset(folder, split, offline) -> Dataset`.
"""

import hashlib
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from ..errors import DataError


class Sample(NamedTuple):
    id: str
    inputs: dict[str, Tensor]  # input blob -> (1, c, H, W) float32
    labels: dict[str, np.ndarray]  # head -> (H, W) uint8, 255 is void


class Dataset(Protocol):
    """One split of a data set: its images in the order of `ids`, each at its own size."""

    name: str
    split: str
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    void: int  # the label of pixels that are not scored
    palette: np.ndarray  # (256, 3) uint8, RGB of each label
    heads: tuple[str, ...]

    def read(self, id: str, mean: tuple[float, float, float]) -> Sample: ...

    def __len__(self) -> int: ...


def open_dataset(
    name: str, folder: Path | str, split: str | None = None, *, offline: bool = False, **options
) -> Dataset:
    """The data set `name` of `folder`, fetched into it first if it is absent and not offline.

    split: None for the one that is scored.  options: what this data set takes besides.
    Raises DataError for a name that no file here bears, and what the data set's file says.
    """
    opener = _opener(name) if name in _files() else None
    if opener is None:
        known = ", ".join(file for file in _files() if _opener(file))
        raise DataError(f"data set {name!r}: not known, expected one of {known}")
    return opener(Path(folder), split, offline=offline, **options)


def _files() -> list[str]:
    return [module.name for module in iter_modules(__path__)]


def _opener(file: str):
    return getattr(import_module(f"{__name__}.{file}"), "open_dataset", None)


def bgr(rgb: np.ndarray, mean: tuple[float, float, float]) -> Tensor:
    """The input blob (1, 3, H, W) float32 of an image (H, W, 3) uint8: BGR less `mean` (BGR)."""
    image = np.array(rgb, np.float32)[:, :, ::-1]
    # Caffe: the release subtracts a float64 mean in place, so each value is rounded once.
    # A float32 mean would be rounded before, and so would torch's.
    image -= np.array(mean, np.float64).reshape(3)
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))[None]


def ids_sha256(ids: Iterable[str]) -> str:
    """SHA-256, hexadecimal, of the ids in their order, one a line with a newline each."""
    return hashlib.sha256("".join(f"{id}\n" for id in ids).encode()).hexdigest()
