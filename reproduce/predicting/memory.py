"""Whether a net has memory enough for an image, told before it fails.

Large images are computed in strips, see weights_convert/fast/strips.py, which is what is counted.
"""

from collections.abc import Mapping
from pathlib import Path

import torch

from weights_convert.fast import Fast

from ..errors import DataError

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def free(device: torch.device) -> int | None:
    """Bytes that can be had on `device`; None where that cannot be told."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    found = [bytes for bytes in (_available(), _cgroup()) if bytes is not None]
    return min(found, default=None)


def check(net: Fast, shapes: Mapping[str, tuple[int, ...]], scores: bool = False) -> None:
    """Raises DataError if inputs of these shapes would want more memory than is free.

    scores: whether whole scores are asked for, and not labels alone.
    """
    device = net.device
    want, have = net.needed(labels=not scores, **shapes), free(device)
    if have is None or want <= have:
        return
    height, width = next(iter(shapes.values()))[2:]
    factor = (have / want) ** 0.5
    raise DataError(
        f"{height} x {width} pixels (height x width) want about {want / 1e9:.1f} GB on {device}, "
        f"{have / 1e9:.1f} GB are free: make the image smaller, to about {int(height * factor)} x "
        f"{int(width * factor)}, or take another --device"
    )


def _available() -> int | None:
    if not MEMINFO.exists():
        return None
    lines = dict(line.split(":") for line in MEMINFO.read_text().splitlines())
    return 1024 * int(lines["MemAvailable"].split()[0])


def _cgroup() -> int | None:
    """What the control group of a container leaves."""
    try:
        limit, used = ((CGROUP / f"memory.{name}").read_text() for name in ("max", "current"))
    except OSError:
        return None
    return None if limit.strip() == "max" else int(limit) - int(used)
