"""`MVN` as caffe_mvn."""

from ..expressions import call, number
from ..step import Step

MVN = '''\
def caffe_mvn(x, over, eps=None):
    """`x` less its mean over the axes `over` and, with eps, by its deviation."""
    centred = x - x.mean(over, keepdim=True)
    if eps is None:
        return centred
    # Caffe: eps is added to the deviation, not to the variance.
    return centred / (centred.square().mean(over, keepdim=True).sqrt() + eps)
'''


def emit(step: Step) -> str:
    layer, x, axes = step.module, step.bottom, len(step.shapes[0])
    step.define(MVN)
    if axes < 4:
        step.note("Caffe: the top of MVN has four axes.")
        x = call(f"{x}.reshape", f"*{x}.shape", *(1,) * (4 - axes))
    return call("caffe_mvn", x, layer.over, number(layer.eps) if layer.normalize else None)
