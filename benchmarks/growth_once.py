"""Memory of one forward pass over a batch, in a process of its own: JSON on stdout.

    python -m benchmarks.growth_once REQUEST BATCH

REQUEST as of speed_once.  Measured as by protocols.memory, but over BATCH images: `growth` and
`peak` in bytes, or `note`, why they are not known.
"""

import json
import sys

from . import runners
from .case import Case
from .protocols.memory import on_cpu, on_gpu
from .runners import Setting, UnableError


def main(request: str, batch: str) -> int:
    asked = json.loads(request)
    case, setting = Case.from_json(asked["case"]), Setting(**asked["setting"])
    try:
        found = measured(case, setting, int(batch))
    except UnableError as reason:
        found = {"note": str(reason)}
    print(json.dumps(found))
    return 0


def measured(case: Case, setting: Setting, batch: int) -> dict[str, int]:
    """{"growth", "peak"} in bytes.  Raises UnableError."""
    runner = runners.module(setting.runner).open(case, setting)
    taken = runner.take(case.blobs(batch))
    measure = on_cpu if setting.device == "cpu" else on_gpu
    return measure(lambda: runner.forward(taken), setting)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
