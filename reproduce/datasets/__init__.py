"""Data sets: one file each, found by its name, whose `open_dataset` gives a Dataset.

To add a data set, add a file here with `open_dataset(folder, split, offline, checked) -> Dataset`.
"""

import hashlib
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple, Protocol

import numpy as np
from torch import Tensor

from ..errors import ChecksumError, DataError

VOID = 255  # the label of pixels that are not scored


class Task(NamedTuple):
    """One labelling of the images: its classes, and the RGB of each label, (256, 3) uint8."""

    classes: tuple[str, ...]
    palette: np.ndarray


class Sample(NamedTuple):
    """What a net is given, and the truth about it."""

    id: str
    inputs: dict[str, Tensor]  # input blob -> (1, c, H, W) float32
    labels: dict[str, np.ndarray]  # truth blob -> (H, W) uint8, a class or VOID


class Dataset(Protocol):
    """One split of a data set: its images in the order of `ids`, each at its own size.

    tasks: truth blob -> Task; most have one, "label".
    kinds: which kinds of image there are, see blobs.KINDS.
    """

    name: str
    split: str
    ids: tuple[str, ...]
    tasks: dict[str, Task]
    kinds: tuple[str, ...]

    def image(self, id: str, kind: str) -> np.ndarray:
        """color: (H, W, 3) uint8 RGB; hha: (H, W, 3) uint8 as stored; depth: (H, W) float32, mm."""

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """Truth blob -> (H, W) uint8, a class or VOID.  Raises DataError for any other value."""

    def __len__(self) -> int: ...


def open_dataset(
    name: str,
    folder: Path | str,
    split: str | None = None,
    *,
    offline: bool = False,
    checked: bool = True,
) -> Dataset:
    """The data set `name` of `folder`, fetched into it first if it is absent and not offline.

    split: None for the one that is scored.  checked: whether a split with published scores must
    be the published list, and its images as published; only the bundled sample has its own.
    Raises DataError for a name that no file here bears, and what the data set's file says.
    """
    opener = _opener(name) if name in _files() else None
    if opener is None:
        known = ", ".join(file for file in _files() if _opener(file))
        raise DataError(f"data set {name!r}: not known, expected one of {known}")
    return opener(Path(folder), split, offline=offline, checked=checked)


def lists_of(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """Name -> class names of the class lists that the data set has besides its own, if any."""
    return getattr(dataset, "lists", {})


def _files() -> list[str]:
    return [module.name for module in iter_modules(__path__)]


def _opener(file: str):
    return getattr(import_module(f"{__name__}.{file}"), "open_dataset", None)


def ids_sha256(ids: Iterable[str]) -> str:
    """SHA-256, hexadecimal, of the ids in their order, one a line with a newline each."""
    return hashlib.sha256("".join(f"{id}\n" for id in ids).encode()).hexdigest()


def check_ids(path: Path, ids: tuple[str, ...], split: str, count: int, sha256: str) -> None:
    """Raise ChecksumError unless `ids`, read from `path`, are the released list of `split`."""
    if (found := ids_sha256(ids)) != sha256:
        raise ChecksumError(
            f"{path}: gives {len(ids)} ids with SHA-256 {found} as {split}, expected the "
            f"{count} of the release with {sha256}: put the release's list in its place"
        )
