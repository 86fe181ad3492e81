"""Scores of a net while it is trained, as its table scores it, with the parameters where they are.

Errors  DataError as evaluate.py has it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path

import torch

from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet

from .. import masking, tables
from ..datasets import Dataset, blobs, lists_of
from ..evaluate import Job, evaluate, predicted
from ..progress import Progress
from ..ranks import Ranks
from ..recipes import Recipe
from ..scorings import Scoring

Found = dict[str, dict[str, float]]  # scoring -> metric -> its value in [0, 1]


def deployed(recipe: Recipe, trained: CaffeNet) -> CaffeNet:
    """The net that is scored, in eval mode; its parameters are those of `trained`, not copies."""
    modules = {layer.name: module for layer, module in trained.steps()}
    with torch.device("meta"):
        net = CaffeNet(read_graph(recipe.spec.prototxt(), "TEST"))
    for layer, module in net.steps():
        for name, _ in list(module.named_parameters(recurse=False)):
            setattr(module, name, getattr(modules[layer.name], name))
    return net


def scorings(recipe: Recipe, dataset: Dataset) -> dict[str, Scoring]:
    """In what ways the net is scored: those of its table; of each head where it has none."""
    wanted = recipe.net, recipe.mask
    found = []
    for table in map(tables.load, tables.names()):
        if table.runs == "net" and (table.dataset, table.split) == (dataset.name, dataset.split):
            rows = {name: table.row(name) for name in table.nets}
            names = [name for name, row in rows.items() if (row.net, row.mask) == wanted]
            found += [(recipe.net not in names, table.scorings) for _ in names[:1]]
    if found:  # a table that has it under its own name goes first
        return min(found, key=itemgetter(0))[1]
    heads = recipe.spec.heads
    return {head: Scoring(head if len(heads) > 1 else "", head) for head in heads}


class Scorer:
    """Scores `trained` on `dataset`; folder: for what is counted, while it is."""

    def __init__(
        self, recipe: Recipe, trained: CaffeNet, dataset: Dataset, ranks: Ranks, folder: Path
    ):
        self.recipe, self.dataset, self.ranks, self.folder = recipe, dataset, ranks, folder
        self.scorings = scorings(recipe, dataset)
        self.net = deployed(recipe, trained)
        self.device = next(trained.parameters()).device

    def counts(self) -> dict[str, torch.Tensor]:
        """Pixel counts (C, C) of each head, int64, over all images and ranks."""
        ranks = self.ranks
        path = self.folder / f".scoring.{ranks.rank}.json"
        path.unlink(missing_ok=True)
        job = replace(self._job(), ids=ranks.share(self.dataset.ids))
        done = ranks.together(partial(evaluate, job, Progress(path, {}), ranks))
        path.unlink(missing_ok=True)
        return {head: ranks.summed(found) for head, found in done.counts.items()}

    def scores(self, counts: Mapping[str, torch.Tensor]) -> Found:
        """The metrics of each scoring that the data set has the classes for."""
        heads, tasks, found = self.recipe.spec.heads, self.dataset.tasks, {}
        for key, scoring in self.scorings.items():
            classes = tasks[heads[scoring.head]].classes
            pixels = counts[scoring.head].numpy()
            if scores := scoring.scores(pixels, classes, lists_of(self.dataset)):
                found[key] = {metric: getattr(scores, metric) for metric in scoring.metrics}
        return found

    def _job(self) -> Job:
        spec = self.recipe.spec
        read = partial(blobs.sample, self.dataset, inputs=spec.inputs)
        if self.recipe.mask:
            read = partial(masking.masked, read, mask=self.recipe.mask)
        predict = partial(predicted, self.net, tuple(spec.heads), self.device)
        channels = spec.architecture.channels
        return Job(self.dataset.ids, read, predict, spec.heads, channels, self.device)


def best(lines: list[dict]) -> dict | None:
    """Of the log's lines of scores after training, the one with the highest mean IU.

    It is that of the first scoring; of equal ones the earliest.
    """
    return max((line for line in lines if line["iteration"]), key=_mean_iu, default=None)


def _mean_iu(line: dict) -> float:
    return next(iter(line["scores"].values()))["mean_iu"]
