"""One evaluation of a table's nets: which data, which weights, on which device, kept where."""

from argparse import Namespace
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from weights_convert import ConvertError

from . import nets, sample, weights
from .datasets import Dataset, ids_sha256, open_dataset
from .downloads import by_hand, cache_folder, remote
from .errors import DataError, MissingError
from .evaluate import evaluate
from .lock import locked
from .metrics import scores
from .progress import Progress
from .provenance import provenance
from .results import Results
from .tables import Table
from .weights import Weights


@dataclass(frozen=True)
class Run:
    """The choices of one call of reproduce.table, and where its results go."""

    options: Namespace
    device: torch.device
    command: str

    def results(self, table: Table) -> Results:
        """The Results, without rows, that this run fills."""
        own, split = self.options.own_weights, self.options.split or table.split
        return Results(table.name, split, self.options.sample, self.options.limit, own)

    def dataset(self, table: Table) -> Dataset:
        """The data set of `table`, with no more images than --limit."""
        options = {"checked": False} if self.options.sample else {}
        folder = sample.FOLDER if self.options.sample else self.options.data
        dataset = open_dataset(
            table.dataset,
            folder or cache_folder() / "data",
            self.options.split or table.split,
            offline=self.options.offline or self.options.sample,
            **options,
        )
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

    def row(self, net: str, dataset: Dataset, stem: str) -> dict:
        """The results row of `net`; what is missing or broken becomes its `reasons`."""
        try:
            return self._evaluated(net, dataset, stem)
        except (DataError, ConvertError) as error:
            return unfinished(net, [error])
        except (MemoryError, torch.OutOfMemoryError) as error:
            return unfinished(net, [DataError(f"not enough memory on {self.device}: {error}")])

    def row_without_data(self, net: str, error: DataError) -> dict:
        """The row of `net` when the data set is not to be had; says if its weights lack as well."""
        file = remote(nets.load(net).weights)
        lacking = "" if self.options.sample else by_hand([file], self.weights_folder)
        return unfinished(net, [error, *([MissingError(lacking)] if lacking else [])])

    def _evaluated(self, net: str, dataset: Dataset, stem: str) -> dict:
        file = self.weights(net)
        with self._progress(net, dataset, file, stem) as progress:
            module, mean = file.net().to(self.device), nets.load(net).mean
            compared = self.options.sample
            witness = (lambda id: sample.caffe_labels(net, id)) if compared else None
            evaluate(module, dataset, mean, progress, self.device, witness)
        return self._row(net, dataset, file, progress)

    @contextmanager
    def _progress(self, net: str, dataset: Dataset, file: Weights, stem: str):
        """What a former run of the same has counted, held against a second run at once."""
        folder = self.options.out / ".progress"
        folder.mkdir(exist_ok=True)
        key = {
            "dataset": dataset.name,
            "ids": ids_sha256(dataset.ids),
            "weights": file.sha256,
            "made": {**provenance(self.device), "date": None},
        }
        with locked(folder / f"{stem}.{net}.lock", wait=False):
            yield Progress.resume(folder / f"{stem}.{net}.json", key, self.device)

    def _row(self, net: str, dataset: Dataset, file: Weights, progress: Progress) -> dict:
        counts = {head: matrix.cpu().numpy() for head, matrix in progress.counts.items()}
        labels = {"equal": progress.equal, "pixels": progress.pixels}
        return {
            "net": net,
            "status": "done",
            "reasons": [],
            "split": dataset.split,
            "classes": list(dataset.classes),
            "images": len(dataset),
            "ids_sha256": ids_sha256(dataset.ids),
            "weights": {"file": file.path.name, "sha256": file.sha256},
            "counts": {head: matrix.tolist() for head, matrix in counts.items()},
            "scores": {head: scores(matrix)._asdict() for head, matrix in counts.items()},
            "caffe_labels": labels if self.options.sample else None,
            "seconds": round(progress.seconds, 3),
            "net_seconds": round(progress.net_seconds, 3),
            "command": self.command,
            "provenance": provenance(self.device),
        }


def unfinished(net: str, errors: list[Exception]) -> dict:
    """The row of a net that was not evaluated: status "missing" or "failed", and why."""
    missing = all(isinstance(error, MissingError) for error in errors)
    reasons = [" ".join(str(error).split()) for error in errors]
    return {"net": net, "status": "missing" if missing else "failed", "reasons": reasons}


def discard_progress(out: Path, stem: str, net: str) -> None:
    """Forgets what was kept to go on from, once the results hold it."""
    folder = out / ".progress"
    (folder / f"{stem}.{net}.json").unlink(missing_ok=True)
    with suppress(OSError):  # another net's progress is still in it
        folder.rmdir()
