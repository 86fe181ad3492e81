"""How a gradient moves a parameter: one file per solver type of Caffe, found by its name.

Adding a rule is adding a file named as the type in lower case (`AdaGrad` is adagrad.py) with a
subclass of `Rule` named as the type.  Nothing else changes.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import SimpleNamespace

from weights_convert import ConvertError

from ..rule import Rule


@cache
def types() -> dict[str, type[Rule]]:
    """Solver type, as Caffe spells it, -> class; every file of this folder."""
    found = {}
    for file in iter_modules(__path__):
        for name, value in vars(import_module(f"{__name__}.{file.name}")).items():
            if isinstance(value, type) and name.lower() == file.name and value is not Rule:
                found[name] = value
    return found


def build(param: SimpleNamespace) -> Rule:
    """The rule of `param`, of read_solver.  Raises ConvertError if Caffe has no such type."""
    if param.type not in types():
        raise ConvertError(
            f"{param.source}: type {param.type!r}, expected one of {', '.join(types())}"
        )
    return types()[param.type](param)
