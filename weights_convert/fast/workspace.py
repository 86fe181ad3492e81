"""Memory that is used again: fresh memory costs the system more time than filling it.

It is had from the system itself, and handed out at the lowest place where there is room.  The C
library would keep about as much again of what was freed, for each thread.
"""

import mmap
from bisect import insort
from collections import deque
from math import prod
from threading import Lock

import numpy as np
import torch
from torch import Tensor

UNIT = 1 << 12  # bytes; what is handed out is a multiple
SEGMENT = 1 << 28  # bytes of addresses; memory is there once it is written to
SMALL = 1 << 15  # bytes that are left to the C library
FLAGS = ("MAP_PRIVATE", "MAP_ANONYMOUS")


class Workspace:
    """Memory on the CPU that Tensors have for as long as they live; for all threads."""

    def __init__(self):
        self._segments: list[_Segment] = []
        self._lock = Lock()

    def empty(self, *shape: int) -> Tensor:
        """A float32 Tensor on the CPU, of any values."""
        count = prod(shape)
        if 4 * count < SMALL:
            return torch.empty(shape)
        with self._lock:
            lent = self._lent(4 * count)
        with torch.inference_mode(False):
            return torch.from_numpy(lent).view(shape)

    def like(self, x: Tensor, *shape: int) -> Tensor:
        """A Tensor of any values, of the type of `x` and on its device."""
        if x.device.type == "cpu" and x.dtype == torch.float32:
            return self.empty(*shape)
        return x.new_empty(shape)

    def clear(self) -> None:
        """Gives back what no Tensor has any more, and the rest with these."""
        with self._lock:
            self._segments.clear()

    def _lent(self, size: int) -> "_Lent":
        for segment in self._segments:
            start = segment.take(size)
            if start is not None:
                return _Lent.of(segment, start, size)
        self._segments.append(_Segment(max(size, SEGMENT)))
        return _Lent.of(self._segments[-1], self._segments[-1].take(size), size)


class _Segment:
    """Memory with gaps, which are (start, stop) in bytes and in order."""

    def __init__(self, size: int):
        self.memory = _memory(_rounded(size))
        self.gaps = [(0, _rounded(size))]
        self.returned: deque[tuple[int, int]] = deque()  # threads append as they please

    def take(self, size: int) -> int | None:
        """Where there are `size` bytes now, or None."""
        while self.returned:
            self._close_up(self.returned.popleft())
        for index, (start, stop) in enumerate(self.gaps):
            if stop - start >= _rounded(size):
                self.gaps[index] = (start + _rounded(size), stop)
                return start
        return None

    def _close_up(self, gap: tuple[int, int]) -> None:
        insort(self.gaps, gap)
        joined: list[tuple[int, int]] = []
        for start, stop in self.gaps:
            if joined and joined[-1][1] == start:
                start = joined.pop()[0]
            if stop > start:
                joined.append((start, stop))
        self.gaps = joined


class _Lent(np.ndarray):
    """Float32 numbers in a segment, which has them back when no Tensor is left of them."""

    @classmethod
    def of(cls, segment: _Segment, start: int, size: int) -> "_Lent":
        lent = cls((size // 4,), np.float32, segment.memory, start)
        lent.segment, lent.gap = segment, (start, start + _rounded(size))
        return lent

    def __del__(self):
        if segment := getattr(self, "segment", None):  # which a view of it has not
            segment.returned.append(self.gap)


def _rounded(size: int) -> int:
    return -(-size // UNIT) * UNIT


def _memory(size: int) -> mmap.mmap:
    if all(hasattr(mmap, name) for name in FLAGS):
        return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return mmap.mmap(-1, size)
