"""How a runner is measured: one file each, found by its name.

A file has `measure(bench, bar) -> rows`, and one that measures in processes of its own has
`once(case, setting)` too, which such a process runs.  bar: called after each measurement.
"""

from importlib import import_module
from types import ModuleType

# Those in this process first: the others let its nets go, to have the machine for themselves.
NAMES = ("forward", "end-to-end", "throughput", "load", "cold", "memory")


def module(name: str) -> ModuleType:
    """The file of protocol `name`."""
    return import_module(f"{__name__}.{name.replace('-', '_')}")
