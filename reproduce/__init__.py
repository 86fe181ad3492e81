"""The evaluations of the FCN papers, run again: `python -m reproduce.table voc2011`."""

from importlib import import_module
from typing import TYPE_CHECKING

from weights_convert.interrupts import quiet_start

from .errors import ChecksumError, DataError, MissingError

if TYPE_CHECKING:  # for type checkers, which do not see what is loaded on first use
    from .opening import open_net as open_net
    from .preprocess import Preprocess as Preprocess
    from .released import NetWeights as NetWeights
    from .released import get_net_weights as get_net_weights
    from .released import get_weight as get_weight
    from .released import list_nets as list_nets
    from .segmentation import segment as segment

_HOME = {
    "NetWeights": "released",
    "Preprocess": "preprocess",
    "get_net_weights": "released",
    "get_weight": "released",
    "list_nets": "released",
    "open_net": "opening",
    "segment": "segmentation",
}
quiet_start(__name__)
__all__ = ["ChecksumError", "DataError", "MissingError", *_HOME]


def __getattr__(name: str):
    """Loads the public functions on first use, so that a command answers --help at once."""
    if name not in _HOME:
        raise AttributeError(f"module 'reproduce' has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
