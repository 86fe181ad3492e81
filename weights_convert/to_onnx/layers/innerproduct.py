"""`InnerProduct` as Gemm of the bottom flattened at `axis`."""

from ..step import Step


def emit(step: Step) -> None:
    layer, [x] = step.module, step.bottoms
    inputs = (step.op("Flatten", x, axis=layer.axis), *step.parameters())
    # Caffe: the weight is (num_output, inputs) unless `transpose`, so the other way round in Gemm.
    turned = {"transB": 0 if layer.transpose else 1}
    if layer.axis == 1:
        step.top("Gemm", *inputs, **turned)
        return
    shape = step.ints(layer.num_output)
    if layer.axis:
        shape = step.op("Concat", step.op("Shape", x, end=layer.axis), shape, axis=0)
    step.top("Reshape", step.op("Gemm", *inputs, **turned), shape)
