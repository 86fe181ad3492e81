"""Whether a net has memory enough for an image, told before it fails.

Estimate  5/3 of the blobs that a forward pass holds at once, float32: at 1000 x 1300 to 1500 x 2000
          pixels six nets took 1.5 to 1.65 of them on the CPU, at 500 x 500 two took 1.9 to 2.3
"""

from collections.abc import Mapping
from math import prod
from pathlib import Path

import torch

from weights_convert.net import CaffeNet

from ..errors import DataError

SLACK = 5 / 3
MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def needed(net: CaffeNet, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """Bytes that a forward pass with inputs of these shapes holds at once; an estimate."""
    sizes, last = dict(shapes), {}
    for index, (layer, _) in enumerate(net.steps()):
        last.update(dict.fromkeys(layer.bottoms, index))
    alive, most = {name: prod(shape) for name, shape in shapes.items()}, 0
    for index, (layer, module) in enumerate(net.steps()):
        tops = module.reshape([sizes[name] for name in layer.bottoms])
        sizes.update(zip(layer.tops, tops, strict=True))
        alive.update((name, prod(sizes[name])) for name in layer.tops)
        most = max(most, sum(alive.values()))
        for name in layer.bottoms:
            if last[name] == index:
                alive.pop(name, None)
    return round(4 * most * SLACK)


def free(device: torch.device) -> int | None:
    """Bytes that can be had on `device`; None where that cannot be told."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    found = [bytes for bytes in (_available(), _cgroup()) if bytes is not None]
    return min(found, default=None)


def check(net: CaffeNet, shapes: Mapping[str, tuple[int, ...]], device: torch.device) -> None:
    """Raises DataError if the forward pass would want more memory than is free."""
    want, have = needed(net, shapes), free(device)
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
