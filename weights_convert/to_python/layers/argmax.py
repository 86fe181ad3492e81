"""`ArgMax` as caffe_arg_max."""

from ..expressions import call
from ..step import Step

ARG_MAX = '''\
def caffe_arg_max(x, axis, top_k):
    """Where the `top_k` largest along `axis` are, and their values, both floating."""
    # Caffe: of equal values the last comes first; topk leaves that open.
    values, order = torch.sort(x.flip(axis), dim=axis, descending=True, stable=True)
    places = (x.shape[axis] - 1 - order).to(x.dtype)
    return places.narrow(axis, 0, top_k), values.narrow(axis, 0, top_k)
'''


def emit(step: Step) -> str:
    layer, x = step.module, step.bottom
    step.define(ARG_MAX)
    if layer.axis is not None:
        found = call("caffe_arg_max", x, layer.axis, layer.top_k)
        return f"{found}[{1 if layer.out_max_val else 0}]"
    step.note("Caffe: without axis, ArgMax is over all of an image; rows: places, then values.")
    found = call("caffe_arg_max", f"{x}.flatten(1)", 1, layer.top_k)
    after = (1,) * (len(step.shapes[0]) - 3)
    rows = call("torch.stack", f"{found}[:{1 + layer.out_max_val}]", 1)
    return call(f"{rows}.view", -1, 1 + layer.out_max_val, layer.top_k, *after)
