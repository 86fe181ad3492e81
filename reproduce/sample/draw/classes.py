"""The numbers of classes in the files."""

from collections.abc import Sequence


def numbers(classes: Sequence[str], names: str) -> list[int]:
    """The numbers of the classes `names`, counted from 1.

    >>> numbers(("wall", "floor", "floor mat"), "floor mat; wall")
    [3, 1]
    """
    return [1 + classes.index(name) for name in names.split("; ")]
