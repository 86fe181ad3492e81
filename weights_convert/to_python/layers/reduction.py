"""`Reduction` as sum or mean over the axes from `axis` on."""

from ..expressions import number
from ..step import Step

OPERATIONS = {"SUM": "sum", "ASUM": "abs().sum", "SUMSQ": "square().sum", "MEAN": "mean"}


def emit(step: Step) -> str:
    fields, axis = step.fields("reduction_param"), step.module.axis
    reduced = f"{step.bottom}.flatten({axis}).{OPERATIONS[fields.operation]}(-1)"
    return reduced if fields.coeff == 1 else f"{number(fields.coeff)} * {reduced}"
