"""Cold start: from the start of a process to its first labels; files are in the page cache.

torch.compile finds what it has compiled before in its own cache on the disk.
"""

from collections.abc import Callable
from functools import partial

from .. import runners
from ..case import Case
from ..runners import Setting


def measure(bench, bar: Callable[[], object]) -> list[dict[str, str]]:
    """Seconds of processes that import, load and label one image."""
    from ..children import measured, seconds_to_answer

    call = partial(seconds_to_answer, "cold")
    found, failed = measured(bench, call, bench.runs, bar)
    return bench.rows("cold", found, "s", notes=failed)


def once(case: Case, setting: Setting) -> None:
    runner = runners.module(setting.runner).open(case, setting)
    labels = runner.labels(runner.take(case.blobs()))
    print({blob: x.shape for blob, x in labels.items()}, flush=True)
