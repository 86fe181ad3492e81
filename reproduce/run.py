"""One evaluation of a table's nets: which data, which weights, on which device, kept where."""

from argparse import Namespace
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from weights_convert import ConvertError

from . import doctor, jobs, nets, sample, weights
from .command import complain
from .datasets import Dataset, ids_sha256, lists_of, open_dataset
from .downloads import by_hand, cache_folder, remote
from .errors import DataError, MissingError
from .evaluate import Job, evaluate
from .lock import locked
from .progress import Progress
from .provenance import provenance
from .ranks import ALONE, LostError, Ranks
from .results import Results
from .tables import Table
from .weights import Weights


@dataclass(frozen=True)
class Run:
    """The choices of one call of reproduce.table, and where its results go."""

    options: Namespace
    device: torch.device
    command: str
    ranks: Ranks = ALONE

    def results(self, table: Table) -> Results:
        """The Results, without rows, that this run fills."""
        own, split = self.options.own_weights, self.options.split or table.split
        return Results(table.name, split, self.options.sample, self.options.limit, own)

    def dataset(self, table: Table) -> Dataset:
        """The data set of `table`, with no more images than --limit."""
        bundled, offline = self.options.sample, self.options.offline or self.options.sample
        name, split = table.dataset, self.options.split or table.split
        if bundled:
            name, split = sample.dataset(name, split)
        folder = sample.FOLDER if bundled else self.options.data or cache_folder() / "data"
        dataset = open_dataset(name, folder, split, offline=offline, checked=not bundled)
        if not bundled and table.runs == "net":  # the others read no image
            doctor.check(dataset)
        dataset.ids = dataset.ids[: self.options.limit]
        return dataset

    def weights(self, net: str) -> Weights:
        """The caffemodel of `net`: bundled with --sample, else the released or one's own."""
        if self.options.sample:
            return weights.bundled(net)
        if self.options.own_weights:
            return weights.own(nets.load(net), self.weights_folder)
        offline = self.options.offline
        return weights.released(nets.load(net), self.weights_folder, offline=offline)

    @property
    def weights_folder(self) -> Path:
        """Where the caffemodels are, or are put."""
        return self.options.weights or cache_folder() / "weights"

    def complain(self, error: DataError) -> None:
        """Prints `error`, once for all ranks."""
        if self.ranks.first:
            complain(error)

    def row(self, table: Table, name: str, dataset: Dataset, stem: str) -> dict:
        """The results row `name`; what is missing or broken becomes its `reasons`."""
        try:
            return self._evaluated(table, name, dataset, stem)
        except LostError:
            raise
        except (DataError, ConvertError) as error:
            return unfinished(name, [error])
        except (MemoryError, torch.OutOfMemoryError) as error:
            return unfinished(name, [DataError(f"not enough memory on {self.device}: {error}")])

    def row_without_data(self, table: Table, name: str, error: DataError) -> dict:
        """The row `name` when the data set is not to be had; says if its weights lack as well."""
        lacking = "" if self.options.sample or table.runs != "net" else self._lacking(table, name)
        return unfinished(name, [error, *([MissingError(lacking)] if lacking else [])])

    def _lacking(self, table: Table, name: str) -> str:
        spec = nets.load(table.row(name).net)
        if spec.weights is None:
            return weights.UNRELEASED.format(spec.name)
        return by_hand([remote(spec.weights)], self.weights_folder)

    def _evaluated(self, table: Table, name: str, dataset: Dataset, stem: str) -> dict:
        row, file = table.row(name), None
        if table.runs != "resampling":
            file = self.ranks.in_turn(partial(self.weights, row.net))
        counted = partial(self._counted, table, name, dataset, file, stem)
        job, progress = self.ranks.together(counted)
        self._sum(progress)
        return self._row(table, name, dataset, file, job, progress)

    def _counted(
        self, table: Table, name: str, dataset: Dataset, file: Weights | None, stem: str
    ) -> tuple[Job, Progress]:
        """The counts of this rank's share."""
        row = table.row(name)
        if file is None:
            job = jobs.resampling_job(table, row, dataset)
        else:
            job = jobs.net_job(row, dataset, file, self.device, self.options.sample)
        job = replace(job, ids=self.ranks.share(job.ids))
        with self._progress(name, dataset, file, stem) as progress:
            return job, evaluate(job, progress, self.ranks)

    def _sum(self, progress: Progress) -> None:
        """Makes of one rank's progress that of all: counts are summed, times are the longest."""
        ranks = self.ranks
        progress.counts = {head: ranks.summed(found) for head, found in progress.counts.items()}
        same = ranks.summed(torch.tensor([progress.equal, progress.pixels]))
        progress.equal, progress.pixels = same.tolist()
        progress.seconds = ranks.longest(progress.seconds)
        progress.net_seconds = ranks.longest(progress.net_seconds)

    @contextmanager
    def _progress(self, name: str, dataset: Dataset, file: Weights | None, stem: str):
        """What a former run of the same has counted, held against a second run at once."""
        folder = self.options.out / ".progress"
        folder.mkdir(exist_ok=True)
        stem = progress_stem(stem, name, self.ranks)
        key = {
            "dataset": dataset.name,
            "ids": ids_sha256(dataset.ids),
            "weights": file.sha256 if file else None,
            "ranks": [self.ranks.rank, self.ranks.world],
            "made": {**provenance(self.device), "date": None},
        }
        with locked(folder / f"{stem}.lock", wait=False):
            yield Progress.resume(folder / f"{stem}.json", key)

    def _row(
        self,
        table: Table,
        name: str,
        dataset: Dataset,
        file: Weights | None,
        job: Job,
        progress: Progress,
    ) -> dict:
        classes = {head: dataset.tasks[truth].classes for head, truth in job.heads.items()}
        row = {
            "net": name,
            "status": "done",
            "reasons": [],
            "split": dataset.split,
            "classes": {head: list(names) for head, names in classes.items()},
            "lists": {key: list(names) for key, names in lists_of(dataset).items()},
            "images": len(dataset),
            "ids_sha256": ids_sha256(dataset.ids),
            "weights": {"file": file.path.name, "sha256": file.sha256} if file else None,
            "counts": {head: counts.tolist() for head, counts in progress.counts.items()},
            "caffe_labels": {"equal": progress.equal, "pixels": progress.pixels}
            if job.witness
            else None,
            "seconds": round(progress.seconds, 3),
            "net_seconds": round(progress.net_seconds, 3),
            "command": self.command,
            "provenance": self._provenance(job.device),
        }
        found = {key: scoring.of(row) for key, scoring in table.scorings.items()}
        row["scores"] = {key: scores._asdict() for key, scores in found.items() if scores}
        return row

    def _provenance(self, device: torch.device) -> dict:
        world = self.ranks.world
        return provenance(device) | ({"ranks": world} if world > 1 else {})


def unfinished(name: str, errors: list[Exception]) -> dict:
    """The row of what was not evaluated: status "missing" or "failed", and why."""
    missing = all(isinstance(error, MissingError) for error in errors)
    reasons = [" ".join(str(error).split()) for error in errors]
    return {"net": name, "status": "missing" if missing else "failed", "reasons": reasons}


def progress_stem(stem: str, name: str, ranks: Ranks) -> str:
    """The name, without suffix, of the file of what one rank has counted of the row `name`."""
    return f"{stem}.{name}" + (f".{ranks.rank}of{ranks.world}" if ranks.world > 1 else "")


def discard_progress(out: Path, stem: str, name: str, ranks: Ranks = ALONE) -> None:
    """Forgets what this rank kept to go on from, once the results hold it."""
    folder = out / ".progress"
    (folder / f"{progress_stem(stem, name, ranks)}.json").unlink(missing_ok=True)
    with suppress(OSError):  # another net's progress is still in it
        folder.rmdir()
