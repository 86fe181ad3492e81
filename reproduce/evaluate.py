"""Run a net over a data set: sample -> net -> labels -> counts, one image at a time."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from .datasets import Dataset, Sample
from .metrics import count, labels_of
from .precision import exact
from .progress import Progress

Witness = Callable[[str], np.ndarray]


def evaluate(
    net: nn.Module,
    dataset: Dataset,
    mean: tuple[float, float, float],
    progress: Progress,
    device: torch.device,
    witness: Witness | None = None,
) -> Progress:
    """`progress`, brought to the end of `dataset` and saved after every image.

    net:     on `device`; takes the sample's inputs, gives a dict with scores (1, C, H, W) per head.
    witness: id -> the labels (H, W) uint8 that Caffe gave to the first head.
    Raises DataError for a sample that is not what it should be; what was counted is kept.
    """
    classes = len(dataset.classes)
    for head in dataset.heads:
        empty = torch.zeros(classes, classes, dtype=torch.int64, device=device)
        progress.counts.setdefault(head, empty)
    start, before = time.perf_counter(), progress.seconds
    with exact(), torch.inference_mode():
        for sample in _watched(dataset, mean, progress.done):
            began = time.perf_counter()
            labels = _labels(net, sample, device)
            _count(progress, sample, labels, classes, device)
            if witness is not None:
                _compare(progress, labels[dataset.heads[0]], witness(sample.id))
            now = time.perf_counter()
            progress.net_seconds += now - began
            progress.seconds = before + now - start
            progress.done += 1
            progress.save()
    return progress


def _watched(dataset: Dataset, mean: tuple, done: int) -> Iterator[Sample]:
    """The samples after the first `done`, with a bar on a terminal."""
    with tqdm(total=len(dataset), initial=done, unit="image", leave=False, disable=None) as bar:
        for sample in _ahead(dataset, mean, dataset.ids[done:]):
            yield sample
            bar.update()


def _ahead(dataset: Dataset, mean: tuple, ids: tuple[str, ...]) -> Iterator[Sample]:
    """The samples of `ids` in order, each decoded while the one before it is computed."""
    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(dataset.read, id, mean) for id in ids[:1]]
        for index in range(len(ids)):
            sample = coming.pop().result()
            coming += [pool.submit(dataset.read, id, mean) for id in ids[index + 1 : index + 2]]
            yield sample


def _labels(net: nn.Module, sample: Sample, device: torch.device) -> dict[str, Tensor]:
    """head -> labels (H, W) uint8 on `device`."""
    scores = net(**{blob: x.to(device) for blob, x in sample.inputs.items()})
    return {head: labels_of(scores[head])[0] for head in sample.labels}


def _count(
    progress: Progress,
    sample: Sample,
    labels: dict[str, Tensor],
    classes: int,
    device: torch.device,
) -> None:
    for head, truth in sample.labels.items():
        truth = torch.from_numpy(truth).to(device)
        progress.counts[head] += count(truth, labels[head], classes)


def _compare(progress: Progress, labels: Tensor, expected: np.ndarray) -> None:
    progress.equal += int((labels.cpu().numpy() == expected).sum())
    progress.pixels += expected.size
