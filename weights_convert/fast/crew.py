"""Threads each of which computes a part from beginning to end, on a core of its own.

PyTorch's own threads share out every single operation: each time they wait for the slowest, with
cores that spin meanwhile, and idle through all that is not shared out.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import TypeVar

import torch

MOST = 16  # members, which take turns in Python; where there are more cores, each has several

Part = TypeVar("Part")
Found = TypeVar("Found")
Span = tuple[int, int]  # from the first to before the last
_here = threading.local()  # .crew: the Crew that this thread conducts
_crews: dict[int, "Crew"] = {}  # by number of cores
_building = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_crews.clear)  # no thread lives on there


class Crew:
    """A thread that conducts, which computes little itself; the members; and one for all cores."""

    def __init__(self, cores: int):
        self.size = members(cores)
        self.members = _threads(self.size, cores // self.size)
        self.conductor, self.all = _threads(1, 1), _threads(1, cores)
        torch.set_num_threads(cores)  # what threads to come begin with, which those have changed

    def conduct(self, work: Callable[[], Found]) -> Found:
        _here.crew = self
        try:
            with torch.inference_mode():
                return work()
        finally:
            _here.crew = None

    def each(self, work: Callable[[Part], None], parts: Sequence[Part]) -> None:
        futures = [self.members.submit(_worked, work, part) for part in parts]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        _ended(futures)
        for future in done:
            future.result()


def conducted(work: Callable[[], Found]) -> Found:
    """What `work` returns, in which `each` shares its parts out on torch.get_num_threads() cores.

    Raises what it raises, once no part is at work.
    """
    cores = torch.get_num_threads()
    if cores == 1:
        return work()
    crew = _crew(cores)
    future = crew.conductor.submit(crew.conduct, work)
    try:
        return future.result()
    finally:
        _ended([future])


def members(cores: int) -> int:
    """How many threads share `cores`."""
    return min(cores, MOST)


def size() -> int:
    """How many parts are computed at once: 1 within a part, and where nothing is conducted."""
    crew = getattr(_here, "crew", None)
    return crew.size if crew else 1


def each(work: Callable[[Part], None], parts: Sequence[Part]) -> None:
    """`work` upon each of the parts, in any order.  Raises what it raises, once none is at work."""
    if size() > 1 and len(parts) > 1:
        _here.crew.each(work, parts)
        return
    for part in parts:
        work(part)


def together(work: Callable[[], Found]) -> Found:
    """What `work` returns, each operation of which PyTorch is to share out itself."""
    crew = getattr(_here, "crew", None)
    return crew.all.submit(_worked, work).result() if crew else work()


def cuts(total: int, most: int, parts: int | None = None) -> list[Span]:
    """`total` in spans as even as can be, of at most `most`, but of one at least.

    parts: how many of them are computed at once, so that as many end together.
    """
    parts = parts or size()
    count = -(-total // max(1, most))
    count = min(total, -(-count // parts) * parts)
    edges = [index * total // count for index in range(count + 1)]
    return list(pairwise(edges))


def _worked(work: Callable[..., Found], *part: Part) -> Found:
    with torch.inference_mode():
        return work(*part)


def _ended(futures: list[Future]) -> None:
    for future in futures:
        future.cancel()
    wait(futures)


def _crew(cores: int) -> Crew:
    with _building:
        if cores not in _crews:
            _crews[cores] = Crew(cores)
        return _crews[cores]


def _threads(count: int, cores: int) -> ThreadPoolExecutor:
    """A pool of `count` threads, for each of which PyTorch uses `cores`."""
    ready = threading.Barrier(count)

    def begin() -> None:
        torch.get_num_threads()  # or the number would be that of all threads at their first use
        torch.set_num_threads(cores)
        ready.wait()

    pool = ThreadPoolExecutor(count, "fast", begin)
    wait([pool.submit(ready.wait) for _ in range(count)])
    return pool
