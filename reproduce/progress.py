"""What an evaluation has counted so far, kept on disk every second, so that it can go on."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from . import atomic
from .errors import DataError

EVERY = 1.0  # seconds from one save to the next


@dataclass
class Progress:
    """Counts of the first `done` images of a run that `key` identifies.

    counts: head -> int64 (C, C), on the CPU.
    equal, pixels: of the labels that Caffe's are known for, how many are the same.
    seconds, net_seconds: in all, and of them in the net or waiting for it.
    """

    path: Path
    key: dict
    done: int = 0
    counts: dict[str, Tensor] = field(default_factory=dict)
    equal: int = 0
    pixels: int = 0
    seconds: float = 0.0
    net_seconds: float = 0.0
    saved: float = field(default_factory=time.monotonic)

    @classmethod
    def resume(cls, path: Path, key: dict) -> "Progress":
        """The progress kept in `path` if it is that of the same run, else that of a new one."""
        if not path.exists():
            return cls(path, key)
        try:
            kept = json.loads(path.read_text("utf-8"))
            if kept.pop("key") != key:
                return cls(path, key)
            counts = {head: torch.tensor(c) for head, c in kept.pop("counts").items()}
            return cls(path, key, counts=counts, **kept)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: not a progress file ({error}), delete it") from error

    def add(self, counts: Mapping[str, Tensor], equal: int, pixels: int) -> None:
        """Adds one image: all of it in one step, so that Ctrl-C comes before or after."""
        added = {head: self.counts[head] + more for head, more in counts.items()}
        whole = {"done": self.done + 1, "counts": added}
        vars(self).update(whole, equal=self.equal + equal, pixels=self.pixels + pixels)

    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self.saved >= EVERY

    def save(self) -> None:
        """Writes it all, in one step."""
        names = ("key", "done", "equal", "pixels", "seconds", "net_seconds")
        kept = {name: getattr(self, name) for name in names}
        kept["counts"] = {head: counts.tolist() for head, counts in self.counts.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(self.path, json.dumps(kept), durable=False)
        self.saved = time.monotonic()
