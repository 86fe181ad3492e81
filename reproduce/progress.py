"""What an evaluation has counted so far, kept on disk after every image, so that it can go on."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from . import atomic
from .errors import DataError


@dataclass
class Progress:
    """Counts of the first `done` images of a run that `key` identifies.

    counts: head -> int64 (C, C), on the net's device.
    equal, pixels: of the labels that Caffe's are known for, how many are the same.
    """

    path: Path
    key: dict
    done: int = 0
    counts: dict[str, Tensor] = field(default_factory=dict)
    equal: int = 0
    pixels: int = 0
    seconds: float = 0.0
    net_seconds: float = 0.0

    @classmethod
    def resume(cls, path: Path, key: dict, device: torch.device) -> "Progress":
        """The progress kept in `path` if it is that of the same run, else that of a new one."""
        if not path.exists():
            return cls(path, key)
        try:
            kept = json.loads(path.read_text("utf-8"))
            if kept.pop("key") != key:
                return cls(path, key)
            counts = {
                head: torch.tensor(c, device=device) for head, c in kept.pop("counts").items()
            }
            return cls(path, key, counts=counts, **kept)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: not a progress file ({error}), delete it") from error

    def save(self) -> None:
        """Writes it all, in one step."""
        names = ("key", "done", "equal", "pixels", "seconds", "net_seconds")
        kept = {name: getattr(self, name) for name in names}
        kept["counts"] = {head: counts.tolist() for head, counts in self.counts.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(self.path, json.dumps(kept), durable=False)

    def clear(self) -> None:
        """Removes what was kept, once the results hold it."""
        self.path.unlink(missing_ok=True)
