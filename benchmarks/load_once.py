"""One call that loads a caffemodel, measured in a process of its own: JSON on stdout.

    python -m benchmarks.load_once read_caffemodel WEIGHTS
    python -m benchmarks.load_once load_net PROTOTXT WEIGHTS

Units   seconds of the call alone, imports done; bytes of resident memory.  `growth` is the peak
        less what was resident just before the call, null where the system does not tell.
Errors  ConvertError as a line on stderr, exit status 2.
"""

import json
import sys
import time
from pathlib import Path

import weights_convert

STATUS = Path("/proc/self/status")


def main(name: str, *paths: str) -> int:
    call = getattr(weights_convert, name)  # imports what the call needs
    before = resident("VmRSS")
    start = time.perf_counter()
    try:
        loaded = call(*paths)
    except weights_convert.ConvertError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    seconds = time.perf_counter() - start
    peak = resident("VmHWM")
    growth = None if peak is None else peak - before
    print(json.dumps({"seconds": seconds, "peak": peak or maximum(), "growth": growth}))
    del loaded  # its memory is part of what was measured
    return 0


def resident(key: str) -> int | None:
    """Bytes of this process by its VmRSS (now) or VmHWM (peak); None where no system tells."""
    if not STATUS.exists():
        return None
    lines = (line.split() for line in STATUS.read_text("ascii").splitlines())
    return next(1024 * int(line[1]) for line in lines if line[0] == f"{key}:")


def maximum() -> int:
    """Bytes of this process at its peak, where resident() is None."""
    from resource import RUSAGE_SELF, getrusage  # absent from Windows

    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
