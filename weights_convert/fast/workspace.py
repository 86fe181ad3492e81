"""Memory that is used again: fresh memory costs the system as much time as filling it."""

from math import prod

import torch
from torch import Tensor


class Workspace:
    """Float32 buffers on the CPU by number, each as large as the most that was taken of it."""

    def __init__(self):
        self.buffers: dict[int, Tensor] = {}

    def take(self, number: int, shape: tuple[int, ...]) -> Tensor:
        """A Tensor of `shape` in the memory of the buffer: what was taken of it before is lost."""
        count = prod(shape)
        if number not in self.buffers or self.buffers[number].numel() < count:
            self.buffers.pop(number, None)
            with torch.inference_mode(False):  # a buffer of it could not be used outside of it
                self.buffers[number] = torch.empty(count)
        return self.buffers[number][:count].view(shape)

    def clear(self) -> None:
        self.buffers.clear()
