"""`Dropout` as F.dropout."""

from ..expressions import number
from ..step import Step


def emit(step: Step) -> str:
    step.note("Caffe: Dropout drops single elements, not channels (F.dropout2d).")
    return f"F.dropout({step.bottom}, {number(step.module.ratio)}, self.training)"
