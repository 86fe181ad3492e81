"""How much of a picture each class has."""

from typing import NamedTuple

import numpy as np

from ..datasets import Task


class Share(NamedTuple):
    """A class that is in the picture; share: of its pixels, 0 to 1."""

    label: int
    name: str
    pixels: int
    share: float


def shares(labels: np.ndarray, task: Task) -> list[Share]:
    """The classes of labels (H, W), the largest first; of equal ones the lower label."""
    counts = np.bincount(labels.ravel(), minlength=len(task.classes))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda label: (-counts[label], label))
    return [
        Share(label, task.classes[label], int(counts[label]), float(counts[label] / labels.size))
        for label in order
    ]


def table(found: list[Share]) -> str:
    """Lines of class, percent and pixels."""
    wide = max(len(one.name) for one in found)
    return "\n".join(
        f"  {one.name:<{wide}}  {100 * one.share:5.1f} %  {one.pixels:>9}" for one in found
    )
