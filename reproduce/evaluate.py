"""Predict and count over a data set: sample -> labels -> counts, one image at a time."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from weights_convert.fast import Fast

from .datasets import Sample
from .errors import DataError
from .loader import samples, workers_for
from .metrics import count, labels_of
from .precision import exact
from .progress import Progress
from .ranks import ALONE, Ranks


@dataclass(frozen=True)
class Job:
    """What is evaluated.

    ids:     of the images, in order.
    read:    id -> Sample; runs in other processes.
    predict: Sample -> {head: labels (H, W) uint8 on `device`}.
    heads:   head -> truth blob that it is scored against.
    classes: head -> how many.
    witness: (head, id) -> the labels (H, W) uint8 that Caffe gave.
    """

    ids: Sequence[str]
    read: Callable[[str], Sample]
    predict: Callable[[Sample], dict[str, Tensor]]
    heads: Mapping[str, str]
    classes: Mapping[str, int]
    device: torch.device
    witness: Callable[[str, str], np.ndarray] | None = None


def evaluate(
    job: Job, progress: Progress, ranks: Ranks = ALONE, workers: int | None = None
) -> Progress:
    """`progress`, brought to the end of the job; saved every second and however it ends.

    ranks: the processes that share the work, of which each has a job of its own.
    workers: how many processes decode, see `loader.samples`.
    Raises DataError for a sample that is not what it should be, RankStopped when another rank
    failed; what was counted is kept.
    """
    for head, classes in job.classes.items():
        progress.counts.setdefault(head, torch.zeros(classes, classes, dtype=torch.int64))
    ids = job.ids[progress.done :]
    if workers is None:
        workers = workers_for(len(ids), ranks.neighbours)
    todo, counting = samples(job.read, ids, workers), _Counting(job, progress)
    bar = partial(tqdm, total=len(job.ids), initial=progress.done, unit="image", leave=False)
    with exact(), torch.inference_mode(), counting.to_the_last(), closing(todo):
        for sample in bar(todo, disable=None if ranks.first else True):
            counting.follow(sample)
            if progress.due():
                progress.save()
                ranks.check()
    return progress


class _Counting:
    """Counts labels one image behind, while the device is at work on the next one."""

    def __init__(self, job: Job, progress: Progress):
        self.job, self.progress, self.behind = job, progress, None
        self.start, self.before = time.perf_counter(), progress.seconds

    @contextmanager
    def to_the_last(self) -> Iterator[None]:
        """However the block ends: what was started on is counted, and all of it saved."""
        try:
            yield
        finally:
            try:
                self._catch_up()
            finally:
                if self.progress.done:
                    self.progress.save()

    def follow(self, sample: Sample) -> None:
        """Starts on `sample`, and counts the one before."""
        with self._in_net():
            labels = _to_host(self.job.predict(sample), self.job.device)
        self._catch_up()
        self.behind = self.progress.done, sample, labels

    def _catch_up(self) -> None:
        if self.behind is None or self.behind[0] != self.progress.done:
            return  # Ctrl-C came when it was counted already
        _, sample, (labels, ready) = self.behind
        with self._in_net():
            ready()
        self.progress.add(*_counted(self.job, sample, labels))
        self.progress.seconds = self.before + time.perf_counter() - self.start

    @contextmanager
    def _in_net(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.progress.net_seconds += time.perf_counter() - began


def _to_host(
    labels: dict[str, Tensor], device: torch.device
) -> tuple[dict[str, Tensor], Callable[[], None]]:
    """`labels` on the CPU, and what to call before they are read."""
    if device.type != "cuda":
        return {head: x.cpu() for head, x in labels.items()}, lambda: None
    copies = {head: x.to("cpu", non_blocking=True) for head, x in labels.items()}
    copied = torch.cuda.current_stream(device).record_event()
    return copies, copied.synchronize


def predicted(
    net: nn.Module | Fast, heads: Sequence[str], device: torch.device, sample: Sample
) -> dict[str, Tensor]:
    """head -> labels (H, W) uint8 on `device`, of a net there that gives scores (1, C, H, W)."""
    inputs = {blob: x.to(device, non_blocking=True) for blob, x in sample.inputs.items()}
    if isinstance(net, Fast):
        labels = net.labels(**inputs)
        return {head: labels[head][0] for head in heads}
    scores = net(**inputs)
    return {head: labels_of(scores[head])[0] for head in heads}


def _counted(
    job: Job, sample: Sample, labels: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], int, int]:
    """Counts of each head, and of the pixels that Caffe labelled how many are equal."""
    counts, equal, pixels = {}, 0, 0
    for head, truth in job.heads.items():
        true = torch.from_numpy(sample.labels[truth])
        try:
            counts[head] = count(true, labels[head], job.classes[head])
        except ValueError as error:
            raise DataError(f"image {sample.id}, {head}: {error}") from error
        if job.witness is not None:
            expected = job.witness(head, sample.id)
            equal += int((labels[head].numpy() == expected).sum())
            pixels += expected.size
    return counts, equal, pixels
