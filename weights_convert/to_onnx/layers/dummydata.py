"""`DummyData` as a constant, spread by Expand."""

from ...errors import UnsupportedError
from ..step import Step


def emit(step: Step) -> None:
    tops = zip(step.module.data_fillers, step.module.reshape([]), strict=True)
    for index, (filler, shape) in enumerate(tops):
        if filler.type != "constant":
            raise UnsupportedError(f"filler {filler.type!r} at every run, expected 'constant'")
        step.top("Expand", step.floats(filler.value), step.ints(*shape), index=index)
