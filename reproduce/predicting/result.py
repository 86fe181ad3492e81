"""What is known of one image once it is labelled, and the files and lines that tell it."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import atomic
from ..datasets import Task
from .drawing import label_png, overlay, with_legend
from .given import Given
from .pictures import Picture
from .shares import shares, table


@dataclass(frozen=True)
class Result:
    """Labels of an image.

    labels: head -> (H, W) uint8; scores: head -> (C, H, W) float32, if they are wanted.
    """

    image: Given
    picture: Picture
    labels: dict[str, np.ndarray]
    tasks: dict[str, Task]
    scores: dict[str, np.ndarray]
    seconds: float

    def overlay(self, head: str) -> np.ndarray:
        """(H, W, 3) uint8: the picture under the colours of its labels."""
        return overlay(self.picture.rgb, self.labels[head], self.tasks[head])

    def write(self, folder: Path) -> list[str]:
        """Writes all files of the image; returns their paths."""
        files: dict[str, bytes] = {}
        for head, labels in self.labels.items():
            stem, task = f"{self.image.stem}{suffix(head)}", self.tasks[head]
            files[f"{stem}.png"] = label_png(labels, task.palette)
            legend = with_legend(self.overlay(head), shares(labels, task), task)
            files[f"{stem}-overlay.png"] = legend
        if self.scores:
            packed = io.BytesIO()
            np.savez(packed, **self.scores)
            files[f"{self.image.stem}.npz"] = packed.getvalue()
        for name, content in files.items():
            atomic.write(folder / name, content, durable=False)
        return [str(folder / name) for name in files]

    def text(self, files: list[str]) -> str:
        """The table of a reader's terminal."""
        height, width = self.picture.rgb.shape[:2]
        size = f"{self.image.name}: {height} x {width} (height x width)"
        lines = [", ".join([size, *self.picture.notes])]
        for head, labels in self.labels.items():
            lines += [head] if len(self.labels) > 1 else []
            lines.append(table(shares(labels, self.tasks[head])))
        return "\n".join([*lines, *(f"  -> {file}" for file in files)])

    def line(self, files: list[str], more: dict) -> str:
        """The same as JSON on one line."""
        height, width = self.picture.rgb.shape[:2]
        found = {head: shares(labels, self.tasks[head]) for head, labels in self.labels.items()}
        values = {
            "image": self.image.name,
            "height": height,
            "width": width,
            "notes": list(self.picture.notes),
            "shares": {head: {s.name: s.share for s in of} for head, of in found.items()},
            "files": files,
            "seconds": round(self.seconds, 3),
        }
        return json.dumps(values | more, ensure_ascii=False)


def suffix(head: str) -> str:
    """What the files of a head are called after the image: nothing for the only one, "score".

    >>> suffix("score"), suffix("score_sem")
    ('', '-sem')
    """
    return head.removeprefix("score").replace("_", "-")


def names(stem: str, heads: list[str]) -> list[str]:
    """Every file that an image may be written to."""
    ends = [f"{suffix(head)}{end}.png" for head in heads for end in ("", "-overlay")]
    return [f"{stem}{end}" for end in (*ends, ".npz")]
