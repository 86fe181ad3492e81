"""What a number was made with: code, libraries, device, settings."""

import datetime
import platform
import shlex
import subprocess
import sys
from collections.abc import Collection, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from . import precision

LIBRARIES = ("torch", "numpy", "pillow")


def provenance(device: torch.device) -> dict:
    """The facts that go beside every result; holds no path and no name of a machine."""
    with precision.exact():
        flags = precision.flags()
    return {
        "commit": commit(),
        "version": _version("fcn-reproduce"),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "device": device_name(device),
        "threads": torch.get_num_threads(),
        "precision": flags,
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
    }


def device_name(device: torch.device) -> str:
    """What `device` is: the GPU's name, or the processor's."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else processor()


def processor() -> str:
    """The processor's model."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def commit() -> str | None:
    """The commit of this checkout, "-dirty" if the code was changed since; None outside of one."""
    here = Path(__file__).resolve().parent.parent
    if not (here / ".git").exists():
        return None
    code = ["--", "reproduce", "weights_convert"]
    head = _git(here, "rev-parse", "--short=12", "HEAD")
    changed = _git(here, "status", "--porcelain", *code)
    return f"{head}-dirty" if head and changed else head


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def call(module: str, words: Iterable[str] | None, places: Collection[str]) -> str:
    """A command as what it wrote records it: without the caller's folders and files.

    words: its arguments, None for those of this process.  places: the options that name such.

    >>> call("reproduce.table", ["voc2011", "--data", "mine", "--out=here"], {"--data", "--out"})
    'python -m reproduce.table voc2011 --data DIR --out=DIR'
    """
    shown, hide = [], False
    for word in sys.argv[1:] if words is None else words:
        option = word.partition("=")[0]
        shown.append("DIR" if hide else f"{option}=DIR" if word != option in places else word)
        hide = word in places
    return shlex.join(["python", "-m", module, *shown])
