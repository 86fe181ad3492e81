"""Memory of one forward pass, the first, in a process of its own.

growth  the largest resident memory during the pass, less what was resident with the net loaded;
        torch.compile compiles during it
peak    the largest of the whole process: Python, libraries, loading and pass
On a GPU both are of what torch allocates there, so only of runners that compute by torch.
Units   MB = 1e6 bytes.  Source  proc(5): VmHWM, which 5 in clear_refs sets back
"""

import json
from collections.abc import Callable
from pathlib import Path

from .. import runners
from ..case import Case
from ..load_once import resident
from ..runners import Setting, UnableError

MEGA = 1e6
RUNS = 3  # processes: they hardly differ
CLEAR = Path("/proc/self/clear_refs")


def measure(bench, bar: Callable[[], object]) -> list[dict[str, str]]:
    """Rows of growth, then rows of the peak."""
    from ..children import measured, told

    peaks: dict[Setting, list[float]] = {}

    def call(case: Case, setting: Setting) -> float:
        answer = json.loads(told("memory", case, setting))
        peaks.setdefault(setting, []).append(answer["peak"])
        return answer["growth"]

    growth, failed = measured(bench, call, min(bench.runs, RUNS), bar)
    peaks = {setting: peaks[setting][-len(growth[setting]) :] for setting in growth}
    rows = bench.rows("memory growth", growth, "MB", shown=_mega, notes=failed)
    return rows + bench.rows("memory peak", peaks, "MB", shown=_mega, notes=failed)


def once(case: Case, setting: Setting) -> None:
    runner = runners.module(setting.runner).open(case, setting)
    taken = runner.take(case.blobs())
    measure = on_cpu if setting.device == "cpu" else on_gpu
    print(json.dumps(measure(lambda: runner.forward(taken), setting)))


def on_cpu(forward: Callable[[], object], setting: Setting) -> dict[str, int]:
    """Bytes: what a call adds to the process (growth), and the peak.  Raises UnableError."""
    if not CLEAR.exists():
        raise UnableError("this system does not tell the peak memory of a call, Linux does")
    loading, before = resident("VmHWM"), resident("VmRSS")
    CLEAR.write_text("5")
    kept = forward()
    during = resident("VmHWM")
    del kept
    return {"growth": during - before, "peak": max(loading, during)}


def on_gpu(forward: Callable[[], object], setting: Setting) -> dict[str, int]:
    """The same of what torch allocates.  Raises UnableError."""
    import torch

    loading = torch.cuda.max_memory_allocated(setting.device)
    if not loading:
        raise UnableError("torch does not see what this runner allocates")
    before = torch.cuda.memory_allocated(setting.device)
    torch.cuda.reset_peak_memory_stats(setting.device)
    kept = forward()
    torch.cuda.synchronize(setting.device)
    during = torch.cuda.max_memory_allocated(setting.device)
    del kept
    return {"growth": during - before, "peak": max(loading, during)}


def _mega(size: float) -> float:
    return size / MEGA
