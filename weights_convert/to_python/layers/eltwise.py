"""`Eltwise` as operators, or caffe_max."""

from ..expressions import call, number
from ..step import Step

MAX = '''\
def caffe_max(first, second, *others):
    """The largest of each element."""
    # Caffe: of equals one alone takes the gradient, where torch.maximum shares it.
    top = torch.where(first > second, first, second)
    for x in others:
        top = torch.where(x > top, x, top)
    return top
'''


def emit(step: Step) -> str:
    if step.module.operation == "MAX":
        step.define(MAX)
        return call("caffe_max", *step.bottoms)
    return (" * " if step.module.operation == "PROD" else " + ").join(terms(step))


def terms(step: Step) -> list[str]:
    """The bottoms, times their coefficients if there are any."""
    coeff = step.module.coeff or [1.0] * len(step.bottoms)
    pairs = zip(coeff, step.bottoms, strict=True)
    bottoms = [x if c == 1 else f"{number(c)} * {x}" for c, x in pairs]
    if step.module.loses_first:
        step.note("Caffe: Eltwise clears its top before it sums, in place the first bottom too.")
        bottoms[0] = f"torch.zeros_like({step.bottom})"
    return bottoms
