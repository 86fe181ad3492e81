"""What a training run has to tell, a JSON object a line; only the first rank writes it.

event   start, resume, loss, scores, warning, stop
loss    iteration, loss of it, smoothed_loss over average_loss as Caffe displays it, lr of it,
        images_per_second since the line before, seconds in steps since the start
scores  iteration, scores of each scoring in [0, 1], counts of each head
Errors  DataError for a file that is not such a log, or cannot be written.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from .. import atomic
from ..errors import DataError


@dataclass(frozen=True)
class Log:
    """The log in `path`; silent: nothing is written."""

    path: Path
    silent: bool = False

    def add(self, event: str, **values: object) -> None:
        """Appends a line."""
        if self.silent:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"event": event, **values}) + "\n")
        except OSError as error:
            raise DataError(f"{self.path}: cannot be written: {error.strerror or error}") from error

    def lines(self, event: str | None = None) -> list[dict]:
        """The lines, of one event or all.  A last one that was cut short is left out."""
        if not self.path.exists():
            return []
        texts = self.path.read_text("utf-8").split("\n")[:-1]
        try:
            found = [json.loads(text) for text in texts]
            return [line for line in found if event in (None, line["event"])]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"{self.path}: is no training log ({error}): move it away, the run goes on without"
            ) from error

    def cut(self, iteration: int | None) -> None:
        """Leaves out what was written after `iteration`, which is made again; None: everything."""
        if self.silent:
            return
        kept = [] if iteration is None else self.lines()
        kept = [line for line in kept if line.get("iteration", 0) <= iteration]
        atomic.write(self.path, "".join(json.dumps(line) + "\n" for line in kept))
