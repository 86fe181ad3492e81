"""Nets and data sets that do not belong together are refused before anything is computed."""

import pytest
import torch

from reproduce import jobs, sample, tables, weights
from reproduce.datasets import Task, open_dataset
from reproduce.errors import DataError


class Reduced:
    """A data set with one class less than there are."""

    def __init__(self, dataset, truth="label"):
        task = dataset.tasks[next(iter(dataset.tasks))]
        self.name, self.ids, self.kinds = "reduced", dataset.ids, dataset.kinds
        self.tasks = {truth: Task(task.classes[1:], task.palette)}


def job(dataset):
    row, device = tables.Row("voc-fcn8s"), torch.device("cpu")
    return jobs.net_job(row, dataset, weights.bundled("voc-fcn8s"), device, bundled=True)


@pytest.fixture(scope="module")
def voc():
    return open_dataset("voc2011", sample.FOLDER, offline=True, checked=False)


def test_a_net_on_its_data(voc):
    assert job(voc).classes == {"score": 21}


def test_another_number_of_classes(voc):
    match = "voc-fcn8s: score has 21 classes, reduced 20: .* the background counted"
    with pytest.raises(DataError, match=match):
        job(Reduced(voc))


def test_another_truth(voc):
    with pytest.raises(DataError, match=r"voc-fcn8s: is scored against label, which reduced has n"):
        job(Reduced(voc, "geo"))
