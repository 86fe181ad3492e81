"""The snapshots of a run: three files each, of which the last is written when the others are whole.

train_iter_N.caffemodel, .solverstate   from which Caffe resumes as well
train_iter_N.rng                        JSON: where the order of images and the random numbers are,
                                        the losses that are averaged, the size of the other files,
                                        and of what run all this is
Errors  DataError naming the file.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .. import atomic
from ..errors import DataError
from ..solver import Solver

NAME = re.compile(r"train_iter_(\d+)\.(caffemodel|solverstate|rng)$")
FILES = ("caffemodel", "solverstate")


@dataclass(frozen=True, order=True)
class Snapshot:
    """The snapshot of `folder` after `iteration`, whether or not it is whole."""

    iteration: int
    folder: Path

    @property
    def stem(self) -> Path:
        return self.folder / f"train_iter_{self.iteration}"

    def file(self, suffix: str) -> Path:
        """One of its files, by its suffix without the dot."""
        return Path(f"{self.stem}.{suffix}")

    @property
    def whole(self) -> bool:
        """Whether all three files are there, and the two big ones as long as they were written."""
        try:
            sizes = json.loads(self.file("rng").read_text("utf-8"))["bytes"]
            return all(self.file(suffix).stat().st_size == sizes[suffix] for suffix in FILES)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def state(self) -> dict:
        """What was given to `write`.  Raises DataError for a file that cannot be read."""
        path = self.file("rng")
        try:
            return json.loads(path.read_text("utf-8"))["state"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}: not the state of a run ({error}), delete it") from error

    def remove(self) -> None:
        """Deletes its files, that which makes it whole first."""
        for suffix in ("rng", *FILES):
            self.file(suffix).unlink(missing_ok=True)


def found(folder: Path) -> list[Snapshot]:
    """All snapshots in `folder`, by iteration; those that are not whole too."""
    names = (NAME.match(path.name) for path in folder.glob("train_iter_*"))
    return sorted({Snapshot(int(name[1]), folder) for name in names if name})


def newest(folder: Path) -> Snapshot | None:
    """The last one that is whole."""
    return next((one for one in reversed(found(folder)) if one.whole), None)


def write(solver: Solver, folder: Path, state: dict) -> Snapshot:
    """Writes the snapshot of this iteration, `state` with it: what json takes."""
    snapshot = Snapshot(solver.iter, folder)
    snapshot.file("rng").unlink(missing_ok=True)
    solver.snapshot(snapshot.stem)
    sizes = {suffix: snapshot.file(suffix).stat().st_size for suffix in FILES}
    atomic.write(snapshot.file("rng"), json.dumps({"bytes": sizes, "state": state}) + "\n")
    return snapshot


def prune(folder: Path, keep: int, also: Iterable[int]) -> None:
    """Deletes all but the `keep` newest that are whole, and those of the iterations `also`."""
    whole = [one for one in found(folder) if one.whole]
    kept = {one.iteration for one in whole[-keep:]}.union(also)
    for one in found(folder):
        if one.iteration not in kept and one < whole[-1]:
            one.remove()
