"""The classes and colours of a net's labels, without any data set being there."""

from collections.abc import Mapping

from ..datasets import Task
from ..datasets.nyudv2 import NyuDv2
from ..datasets.pascalcontext import PascalContext
from ..datasets.siftflow import SiftFlow
from ..datasets.voc import Voc
from ..errors import DataError
from ..nets import NetSpec

# The release's module of data layers -> the data set that it reads, and the sample's name of that.
READ_BY = {
    "voc_layers": (Voc, "voc2011"),
    "nyud_layers": (NyuDv2, "nyudv2"),
    "siftflow_layers": (SiftFlow, "siftflow"),
    "pascalcontext_layers": (PascalContext, "pascalcontext"),
}


def dataset_of(spec: NetSpec) -> str:
    """The name of the data set that the net is tested on, VOC by that of the sample's year."""
    return _read_by(spec)[1]


def tasks_of(spec: NetSpec) -> dict[str, Task]:
    """Score blob -> classes and palette of its labels.

    Raises DataError for a net of another data set, or of another number of classes.
    """
    tasks: Mapping[str, Task] = _read_by(spec)[0].tasks
    found = {head: tasks[truth] for head, truth in spec.heads.items()}
    for head, task in found.items():
        if (scored := spec.architecture.channels[head]) != len(task.classes):
            raise DataError(
                f"{spec.name}: {head} has {scored} classes, its data set {len(task.classes)}: "
                "there are no names for them"
            )
    return found


def _read_by(spec: NetSpec) -> tuple[type, str]:
    module = spec.data_layers["TEST"]["module"]
    if module not in READ_BY:
        raise DataError(f"{spec.name}: data layer {module}, expected one of {', '.join(READ_BY)}")
    return READ_BY[module]
