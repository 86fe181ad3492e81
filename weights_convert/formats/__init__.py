"""What a net is converted to: one file per format, found by the suffix of the file to write.

Adding a format is adding a file with SUFFIXES and `write(net, source, path)`, which writes the net,
reads the file back and returns lines to tell, or raises ConvertError if it is not the net.
"""

from functools import cache
from importlib import import_module
from os import PathLike
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from ..errors import ConvertError


@cache
def suffixes() -> dict[str, ModuleType]:
    """Suffix, such as ".pt", -> the module that writes it."""
    modules = [import_module(f"{__name__}.{file.name}") for file in iter_modules(__path__)]
    return {suffix: module for module in modules for suffix in module.SUFFIXES}


def find(path: str | PathLike) -> ModuleType:
    """The module for the suffix of `path`.  Raises ConvertError, which lists the known ones."""
    name = Path(path).name
    for suffix, module in suffixes().items():
        if name.endswith(suffix) and name != suffix:
            return module
    raise ConvertError(f"{path}: unknown suffix, expected one of {', '.join(suffixes())}")
