"""What a row of a table runs: a net on images, or a way of resampling on labels."""

from functools import partial

import torch
from torch import Tensor

from weights_convert.fast import fold

from . import masking, nets, sample, upper_bounds
from .datasets import Dataset, Sample, blobs
from .errors import DataError
from .evaluate import Job, predicted
from .tables import Row, Table
from .weights import Weights


def net_job(
    row: Row, dataset: Dataset, weights: Weights, device: torch.device, bundled: bool
) -> Job:
    """The net of `row`, filled, on `device`; bundled: its labels are compared with Caffe's.

    Raises DataError where the net's heads are not those of the data set's labels.
    """
    spec, module = nets.load(row.net), fold(weights.net().to(device))
    classes = _classes(row.net, spec, dataset)
    read = partial(blobs.sample, dataset, inputs=spec.inputs)
    if row.mask:
        read = partial(masking.masked, read, mask=row.mask)
    witness = partial(sample.caffe_labels, row.net) if bundled and not row.mask else None
    heads = spec.heads
    predict = partial(predicted, module, tuple(heads), device)
    return Job(dataset.ids, read, predict, heads, classes, device, witness)


def _classes(net: str, spec: nets.NetSpec, dataset: Dataset) -> dict[str, int]:
    """head -> number of classes."""
    if unknown := sorted(set(spec.heads.values()) - dataset.tasks.keys()):
        raise DataError(
            f"{net}: is scored against {', '.join(unknown)}, which {dataset.name} has not "
            f"({', '.join(dataset.tasks)})"
        )
    found = {head: len(dataset.tasks[truth].classes) for head, truth in spec.heads.items()}
    for head, scored in spec.architecture.channels.items():
        if scored != found[head]:
            raise DataError(
                f"{net}: {head} has {scored} classes, {dataset.name} {found[head]}: expected the "
                "same, is the background counted in one of them only?"
            )
    return found


def resampling_job(table: Table, row: Row, dataset: Dataset) -> Job:
    """The labels of `dataset`, shrunk and enlarged by the method `row`, a head for each factor."""
    heads = {scoring.head: "label" for scoring in table.scorings.values()}
    classes = dict.fromkeys(heads, len(dataset.tasks["label"].classes))
    read = partial(_resampled, dataset, row.net, classes)
    return Job(dataset.ids, read, _inputs, heads, classes, torch.device("cpu"))


def _resampled(dataset: Dataset, method: str, classes: dict[str, int], id: str) -> Sample:
    """The truth, and as inputs what comes back of it: this runs where samples are read."""
    labels, function = dataset.labels(id), upper_bounds.METHODS[method].function
    found = {head: function(labels["label"], int(head), count) for head, count in classes.items()}
    return Sample(id, {head: torch.from_numpy(label) for head, label in found.items()}, labels)


def _inputs(sample: Sample) -> dict[str, Tensor]:
    return sample.inputs
