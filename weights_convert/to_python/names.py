"""Caffe's names as Python's: any blob or layer name gives code that runs and says no more."""

import keyword
import re

from torch import nn

MODULE = nn.Module()
RESERVED = {"self", "torch", "F", "nn"}  # and caffe_*, the functions of step.define


class Variables:
    """A Python variable for each blob: called as the blob, as far as Python allows it."""

    def __init__(self):
        self._of: dict[str, str] = {}
        self._taken = set(RESERVED)

    def __getitem__(self, blob: str) -> str:
        if blob not in self._of:
            self._of[blob] = name = self._free(re.sub(r"\W", "_", blob, flags=re.ASCII))
            self._taken.add(name)
        return self._of[blob]

    def _free(self, name: str) -> str:
        if not name.isidentifier() or name.startswith(("__", "caffe_")):
            name = f"blob_{name}"
        while name in self._taken or keyword.iskeyword(name):
            name += "_"
        return name


def attribute(layer: str) -> str:
    """How the module of `layer` is reached from the net, such as `self.conv1_1`."""
    # Caffe: a layer may be called anything, "inception_3a/1x1" and "a.b" too.
    first, *others = layer.split(".")  # what load_state_dict takes for a module in a module
    plain = first.isascii() and first.isidentifier() and not keyword.iskeyword(first)
    if plain and not first.startswith("_") and first != "forward" and not hasattr(MODULE, first):
        path = f"self.{first}"
    else:
        path = f"self._modules[{quoted(first)}]"
    return path + "".join(f"._modules[{quoted(other)}]" for other in others)


def parents(layer: str) -> list[str]:
    """The modules that are to hold that of `layer`, from the outermost on.

    >>> parents("a.b.c")
    ['a', 'a.b']
    """
    parts = layer.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def quoted(text: str) -> str:
    """`text` as a Python string."""
    return f'"{text}"' if re.fullmatch(r"[\w ./+:#-]*", text, re.ASCII) else ascii(text)


def prose(text: str) -> str:
    """`text` as it may stand in a comment or docstring: one line without quotes or backslashes."""
    return re.sub(r"[^\w ./+*:()\[\]-]", "?", text)
