"""What is known of weights, under the keys that torchvision uses where it has any.

net, title       the name of the net, and what tables call it
categories       the names of the classes, of a net of several heads those of the first
classes          head -> the names of its classes; palette: head -> (256, 3) uint8 RGB
inputs           blob -> kind of image, channels and mean, as Preprocess.as_dict
num_params       how many numbers are learned, less those held fixed, such as bilinear kernels
receptive_field  side in pixels of what a pixel of the coarsest score sees; stride: between two
metrics          table -> scoring -> metric -> Figure, of these very weights on whole images; a
                 table of the sample is called as its results are, "voc2011-sample"
file, bytes, source  name of the file, its size or about that, and where the address is from
license, citation    terms of the weights, and the papers

Values come from nets/, remotes/, tables/ and the graph alone.
"""

from functools import cache
from typing import Any, NamedTuple

import torch

from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet

from . import tables
from .downloads import remote
from .nets import NetSpec
from .papers.facts import fact
from .predicting.tasks import tasks_of
from .preprocess import Preprocess
from .tables import Table
from .weights import bundled

CITATION = (
    "Long, Shelhamer, Darrell: Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, "
    "https://arxiv.org/abs/1411.4038; Shelhamer, Long, Darrell: the same, IEEE Transactions on "
    "Pattern Analysis and Machine Intelligence 39(4), 2017, https://arxiv.org/abs/1605.06211"
)
LICENSES = {
    "RELEASED": "the terms of their authors, who have published the weights",
    "SAMPLE": "BSD-2-Clause",
}
SAMPLE_SOURCE = "bundled; narrow weights made for the drawings of the sample, of no use otherwise"


class Figure(NamedTuple):
    """A score of weights, in percent.

    printed: with the digits of the source; verified: whether it was read there (see tables/).
    """

    value: float
    printed: str
    source: str
    verified: bool


def meta_of(spec: NetSpec, kind: str) -> dict[str, Any]:
    """The keys above for the weights `kind`, one of weights.KINDS, of `spec`."""
    tasks = tasks_of(spec)
    classes = {head: task.classes for head, task in tasks.items()}
    return {
        "net": spec.name,
        "title": spec.title,
        "categories": list(next(iter(classes.values()))),
        "classes": classes,
        "palette": {head: task.palette for head, task in tasks.items()},
        "inputs": Preprocess(spec.inputs).as_dict(),
        "num_params": parameters(spec.name, kind),
        "receptive_field": fact(spec.name, "rf size"),
        "stride": fact(spec.name, "max stride"),
        "metrics": metrics(spec.name, kind),
        **_file(spec, kind),
        "license": LICENSES[kind],
        "citation": CITATION,
    }


def _file(spec: NetSpec, kind: str) -> dict[str, Any]:
    if kind == "RELEASED":
        one = remote(spec.weights)
        return {"file": one.file, "bytes": one.bytes, "source": one.source}
    path = bundled(spec.name).path
    return {"file": path.name, "bytes": path.stat().st_size, "source": SAMPLE_SOURCE}


@cache
def parameters(net: str, kind: str) -> int:
    """How many numbers are learned."""
    if kind == "RELEASED":
        return fact(net, "parameters")
    with torch.device("meta"):  # shapes without memory
        module = CaffeNet(read_graph(bundled(net).prototxt))
    return sum(p.numel() for name, p in module.named_parameters() if name in module.learnable)


@cache
def metrics(net: str, kind: str) -> dict[str, dict[str, dict[str, Figure]]]:
    """Table -> scoring -> metric -> the figure that ours is compared with."""
    found, end = {}, "-sample" if kind == "SAMPLE" else ""
    for name in tables.names():
        table = tables.load(name)
        for row in table.nets:
            of_net = table.runs == "net" and table.row(row) == tables.Row(net)
            if of_net and (scores := _scores(_of_kind(table, kind), row)):
                found[f"{name}{end}"] = scores
    return found


def _of_kind(table: Table, kind: str) -> Table:
    return table if kind == "RELEASED" else tables.for_sample(table)


def _scores(table: Table, row: str) -> dict[str, dict[str, Figure]]:
    found = {}
    for key, scoring in table.scorings.items():
        given = {metric: table.expected(row, key, metric) for metric in scoring.metrics}
        figures = {metric: _figure(*one) for metric, one in given.items() if one}
        found |= {key: figures} if figures else {}
    return found


def _figure(printed: str, source: tables.Source) -> Figure:
    return Figure(float(printed), printed, f"{source.title}: {source.text}", source.verified)
