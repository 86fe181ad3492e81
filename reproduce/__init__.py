"""The evaluations of the FCN papers, run again: `python -m reproduce.table voc2011`."""

from importlib import import_module

from .errors import ChecksumError, DataError, MissingError

_HOME = {"open_net": "weights"}
__all__ = ["ChecksumError", "DataError", "MissingError", *_HOME]


def __getattr__(name: str):
    """Loads the public functions on first use, so that a command answers --help at once."""
    if name not in _HOME:
        raise AttributeError(f"module 'reproduce' has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
