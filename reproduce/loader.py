"""Samples of a list of ids, each decoded before its turn, while those before it are computed."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import torch

from .datasets import Sample
from .errors import DataError

FEW = 32  # images, of which a thread has decoded the last before processes have started
MOST = 4  # processes; more decode faster than the nets compute


def samples(
    read: Callable[[str], Sample], ids: Sequence[str], workers: int | None = None
) -> Iterator[Sample]:
    """`read(id)` of each id, in order.  What `read` raises is raised here, at its turn.

    read: what pickle takes, as it runs in other processes.
    workers: how many; 0 is a thread of this process, None is `workers_for(len(ids))`.
    Raises DataError if such a process is ended from outside.  Close the iterator when it is not
    read to its end, or the processes go on for a while.
    """
    workers = workers_for(len(ids)) if workers is None else workers
    ahead = workers + 2 if workers else 1  # tensors on their way fill /dev/shm
    with _pool(workers) as pool:
        try:
            coming = deque(pool.submit(read, id) for id in ids[:ahead])
            for turn in range(len(ids)):
                sample = coming.popleft().result()
                coming.extend(pool.submit(read, id) for id in ids[turn + ahead : turn + ahead + 1])
                yield sample
        except BrokenProcessPool:
            raise DataError(_ended(ids, turn)) from None
        finally:
            pool.shutdown(cancel_futures=True)


def workers_for(images: int, sharing: int = 1) -> int:
    """How many processes decode `images`, where `sharing` runs have this machine's cores in parts.

    One a core, with one core left for the run itself; none, which is a thread, on one or two: a
    thread needs half the time of the processor (benchmarks/loop.py), as nothing is to be brought
    from one process to another.
    """
    cores = _cores() // sharing
    return 0 if images < FEW or cores <= 2 else min(MOST, cores - 1)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pool(workers: int) -> Executor:
    if not workers:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(workers, initializer=_start)


def _start() -> None:
    """A worker: Ctrl-C is its parent's, which it does not outlive, and it has one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)  # a fork has none of the others of its parent, and would wait for them
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def _ended(ids: Sequence[str], turn: int) -> str:
    return (
        f"image {ids[turn]} or one soon after it: a process that decodes images was ended from "
        "outside: killed, or for want of memory or of room in /dev/shm; the same command goes on "
        "from here"
    )
