"""A net with its weights, ready to label images one after the other."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from weights_convert.fast import Fast

from ..datasets import Task
from ..errors import DataError
from ..metrics import labels_of
from ..precision import exact
from . import memory
from .given import Given
from .pictures import Picture
from .result import Result


@dataclass(frozen=True)
class Labeller:
    """net: folded, on `device`; tasks: score blob -> what its labels mean."""

    net: Fast
    tasks: dict[str, Task]
    device: torch.device
    with_scores: bool = False

    def result(self, image: Given, picture: Picture, blobs: dict[str, Tensor]) -> Result:
        """The labels of an image whose input blobs are `blobs`, at its own size.

        Raises DataError if it wants more memory than there is.
        """
        began = time.perf_counter()
        try:
            shapes = {name: tuple(x.shape) for name, x in blobs.items()}
            memory.check(self.net, shapes, self.with_scores)
            labels, scores = self._computed(blobs)
        except DataError as error:
            raise DataError(f"{image.name}: {error}") from None
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not _of_memory(error):
                raise
            raise DataError(f"{image.name}: not enough memory on {self.device}") from error
        seconds = time.perf_counter() - began
        return Result(image, picture, labels, self.tasks, scores, seconds)

    def _computed(
        self, blobs: dict[str, Tensor]
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        inputs = {name: x.to(self.device) for name, x in blobs.items()}
        with exact(), torch.inference_mode():
            if not self.with_scores:
                return self._host(self.net.labels(**inputs)), {}
            scores = self.net(**inputs)
            labels = {head: labels_of(scores[head]) for head in self.tasks}
            return self._host(labels), self._host(scores)

    def _host(self, blobs: dict[str, Tensor]) -> dict[str, np.ndarray]:
        """The first image's of the blobs that have a task."""
        return {head: blobs[head][0].cpu().numpy() for head in self.tasks}


def _of_memory(error: RuntimeError) -> bool:
    """torch's CPU says it so, its GPU has an error of its own."""
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)
