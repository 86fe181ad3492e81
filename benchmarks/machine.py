"""The machine a number was measured on: columns for its row; no host name, no path.

Units   memory in GiB.
"""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from reproduce.provenance import processor


def machine() -> dict[str, str | int | float]:
    """Processor, cores this process may use, memory, system, Python and libraries."""
    return {
        "cpu": processor(),
        "cores": _cores(),
        "memory_gib": _memory_gib(),
        "os": _system(),
        "python": platform.python_version(),
        "torch": _version("torch"),  # without importing it
        "numpy": _version("numpy"),
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gib() -> float | str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
