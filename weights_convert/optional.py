"""Packages that only some of the formats need."""

from importlib import import_module
from types import ModuleType

from .errors import ConvertError


def optional(package: str, extra: str) -> ModuleType:
    """The installed `package`.  Raises ConvertError naming the `extra` that installs it."""
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package.partition(".")[0]:
            raise  # it is there, something that it imports is not
        raise ConvertError(
            f"package {error.name!r} is not installed, expected for {extra}: "
            f"pip install 'fcn-reproduce[{extra}]'"
        ) from None
