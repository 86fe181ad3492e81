"""Caffe layer -> nn.Module: one file per layer type, found by its name.

Adding a layer type is adding a file named as the type in lower case (`Pooling` is pooling.py) with
a subclass of `CaffeLayer` named as the type.  Nothing else changes.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from ..caffelayer import CaffeLayer
from ..errors import UnsupportedError, naming

if TYPE_CHECKING:
    from ..graph import Layer


@cache
def types() -> dict[str, type[CaffeLayer]]:
    """Layer type, as Caffe spells it, -> class; every file of this folder."""
    found = {}
    for file in iter_modules(__path__):
        module = import_module(f"{__name__}.{file.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and name.lower() == file.name and value is not CaffeLayer:
                found[name] = value
    return found


@cache
def params() -> dict[str, dict]:
    """Parameter message, such as "pooling_param", -> its fields, over all known layer types."""
    return {name: spec for kind in types().values() for name, spec in kind.params.items()}


def find(layer: "Layer") -> type[CaffeLayer]:
    """The class of `layer`'s type.  Raises UnsupportedError if no file carries it."""
    if layer.type in types():
        return types()[layer.type]
    spelled = [name for name in types() if name.lower() == layer.type.lower()]
    hint = f"did you mean {spelled[0]!r}?" if spelled else f"known are {', '.join(types())}"
    raise UnsupportedError(
        f"{layer.place}layer {layer.name!r}: unknown layer type {layer.type!r}; {hint}"
    )


def build(layer: "Layer", shapes: list[tuple[int, ...]]) -> CaffeLayer:
    """The module that does what Caffe's `layer` does with bottoms of `shapes`, yet unfilled."""
    with naming(f"layer {layer.name!r}"):
        module = find(layer)(layer, shapes)
        module.fillers = module.find_fillers(layer)
        return module
