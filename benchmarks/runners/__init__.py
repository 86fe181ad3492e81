"""What computes a net: one file each, found by its name; to add a runner is to add a file.

A file has

    NEEDS         modules that it imports, brought in before a load is timed
    SAME_WEIGHTS  whether it computes the very net; else it stands there for orientation
    open(case, setting) -> Runner, which raises UnableError with the reason
    prepare(case), if there is something to make of the caffemodel first; needs torch
    about() -> str, what is told of it in its rows
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import numpy as np

Blobs = dict[str, np.ndarray]


class UnableError(Exception):
    """Why a runner does not run a case here."""


@dataclass(frozen=True)
class Setting:
    """Which runner, in which numbers, on what."""

    runner: str
    mode: str = "float32"
    device: str = "cpu"
    threads: int = 1


@dataclass(frozen=True)
class Runner:
    """A net that is ready.

    take: input blobs (N, c, H, W) float32 -> the same as `forward` wants them, on the device.
    forward: what was taken -> outputs, where they were computed; what is timed.
    scores: these outputs -> blob -> (N, C, H, W) float32.
    labels: what was taken -> blob -> (N, H, W) uint8.
    folding: s of opening that went into preparing more than the net itself.
    """

    take: Callable[[Blobs], Any]
    forward: Callable[[Any], Any]
    scores: Callable[[Any], Blobs]
    labels: Callable[[Any], Blobs]
    folding: float | None = None


def names() -> list[str]:
    """All runners, ours first, then the plain graph."""
    found = {module.name.replace("_", "-") for module in iter_modules(__path__)}
    return ["ours", "plain", *sorted(found - {"ours", "plain"})]


def module(name: str) -> ModuleType:
    """The file of runner `name`."""
    return import_module(f"{__name__}.{name.replace('-', '_')}")


def library(name: str) -> ModuleType:
    """The installed package `name`.  Raises UnableError if it is not."""
    try:
        return import_module(name)
    except ImportError as error:
        raise UnableError(f"{name} is not installed ({error})") from None


def argmax(scores: Blobs) -> Blobs:
    """The first class of the highest score, blob by blob."""
    return {blob: x.argmax(1).astype(np.uint8) for blob, x in scores.items()}
