"""`InnerProduct` as nn.Linear of the bottom flattened at `axis`."""

from ..expressions import call
from ..step import Step


def emit(step: Step) -> str:
    layer, x, flat = step.module, step.bottom, len(step.shapes[0]) - 1
    rows = x if layer.axis == flat else f"{x}.flatten({layer.axis})"
    if layer.transpose:
        step.note("Caffe: `transpose` stores the weight as (inputs, outputs).")
        weight, *bias = step.parameters()
        return call("F.linear", rows, f"{weight}.t()", *bias)
    bias = False if layer.bias is None else None
    return call(step.own(call("nn.Linear", layer.inputs, layer.num_output, bias=bias)), rows)
