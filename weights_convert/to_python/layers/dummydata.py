"""`DummyData` of constants as torch.full."""

from types import SimpleNamespace

from ...caffelayer import Shape
from ...errors import UnsupportedError
from ..expressions import call, number
from ..step import Step


def emit(step: Step) -> str:
    tops = zip(step.module.data_fillers, step.module.reshape([]), strict=True)
    return ", ".join(full(step, filler, shape) for filler, shape in tops)


def full(step: Step, filler: SimpleNamespace, shape: Shape) -> str:
    if filler.type != "constant":
        raise UnsupportedError(f"filler {filler.type!r} at every run, expected 'constant'")
    return call("torch.full", shape, number(filler.value), device=step.device)
