"""The device that is measured: waiting for it, and what it is."""

import shutil
import subprocess
from collections.abc import Callable


def waiting(device: str) -> Callable[[], None] | None:
    """What waits until `device` has done all it was given; None where calls return only then."""
    if device == "cpu":
        return None
    import torch

    return lambda: torch.cuda.synchronize(device)


def gpu(device: str) -> dict[str, str]:
    """Columns of a row: the GPU and its driver, empty for a CPU."""
    if device == "cpu":
        return {"gpu": "", "driver": ""}
    import torch

    return {"gpu": torch.cuda.get_device_name(device), "driver": _driver()}


def _driver() -> str:
    """NVIDIA's version of it, as its own tool tells."""
    if not (tool := shutil.which("nvidia-smi")):
        return "not known"
    words = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return next(iter(done.stdout.split()), "not known")
