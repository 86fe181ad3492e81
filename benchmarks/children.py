"""Measurements in processes of their own: the parent's side; `speed_once` is the other."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from .bench import Bench
from .case import Case
from .interleaved import rounds
from .runners import Setting, UnableError
from .speed_once import request

ROOT = Path(__file__).parents[1]
MOST = 5  # processes of each runner: they take longer than a call


def measured(
    bench: Bench, call: Callable[[Case, Setting], float], runs: int, bar: Callable[[], object]
) -> tuple[dict[Setting, list[float]], dict[Setting, str]]:
    """What `call` returns for each setting, taking turns, and who failed with which reason.

    The first process of each, which brings its files into the page cache, is not counted.
    """
    able = list(bench.checks(1).able)
    bench.release()
    failed = {}
    for setting in able:
        try:
            call(bench.case, setting)
        except UnableError as reason:
            failed[setting] = str(reason)
        bar()
    left = {s: lambda s=s: call(bench.case, s) for s in able if s not in failed}
    return rounds(left, min(runs, MOST), 0, bar), failed


def told(protocol: str, case: Case, setting: Setting) -> str:
    """What a process says that does `protocol` once.  Raises UnableError with its complaint."""
    return _clocked(protocol, case, setting)[1]


def seconds_to_answer(protocol: str, case: Case, setting: Setting) -> float:
    """From the start of a process to its first line.  Raises UnableError as well."""
    return _clocked(protocol, case, setting)[0]


def _clocked(protocol: str, case: Case, setting: Setting) -> tuple[float, str]:
    words = [sys.executable, "-m", "benchmarks.speed_once", protocol, request(case, setting)]
    with tempfile.TemporaryFile("w+") as complaints:
        start = time.perf_counter()
        child = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=complaints, text=True, env=_environment(setting)
        )
        with child:
            line = child.stdout.readline()
            seconds = time.perf_counter() - start
        if child.returncode or not line:
            complaints.seek(0)
            last = complaints.read().strip().splitlines() or [f"ended with {child.returncode}"]
            raise UnableError(last[-1].removeprefix("error: ")[:200])
    return seconds, line


def _environment(setting: Setting) -> dict[str, str]:
    """This process's, with the package to be found and the threads as they are to be."""
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = {"OMP_NUM_THREADS": str(setting.threads)}
    return os.environ | threads | {"PYTHONPATH": os.pathsep.join(path)}


def bar_of(total: int, what: str) -> tqdm:
    """A progress bar over measurements."""
    return tqdm(total=total, desc=what, unit="run", disable=None, leave=False)
