"""From the files of a net to one that is ready; the library is imported before."""

import json
import time
from collections.abc import Callable
from importlib import import_module
from statistics import median

from .. import runners
from ..case import Case
from ..runners import Setting


def measure(bench, bar: Callable[[], object]) -> list[dict[str, str]]:
    """Seconds, in processes of their own; of ours, the folding is told too."""
    from ..children import measured, told

    folding: dict[Setting, list[float]] = {}

    def call(case: Case, setting: Setting) -> float:
        answer = json.loads(told("load", case, setting))
        if answer["folding"] is not None:
            folding.setdefault(setting, []).append(answer["folding"])
        return answer["seconds"]

    found, notes = measured(bench, call, bench.runs, bar)
    notes |= {s: f"folding is {median(folding[s]):.3f} s of it" for s in folding if s in found}
    return bench.rows("load", found, "s", notes=notes)


def once(case: Case, setting: Setting) -> None:
    module = runners.module(setting.runner)
    for name in module.NEEDS:
        import_module(name)
    start = time.perf_counter()
    runner = module.open(case, setting)
    print(json.dumps({"seconds": time.perf_counter() - start, "folding": runner.folding}))
