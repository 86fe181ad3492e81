"""`Scale` as CaffeScale, or of two bottoms as their product."""

from ..expressions import call
from ..step import Step

SCALE = '''\
class CaffeScale(nn.Module):
    """A product with the weight and, with bias, a sum with that."""

    def __init__(self, shape, trailing, bias=False):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape))
        self.bias = nn.Parameter(torch.zeros(shape)) if bias else None
        # Caffe: their axes are those from `axis` on, where PyTorch would take the last.
        self.laid = (*shape, *(1,) * trailing)

    def forward(self, x):
        top = x * self.weight.view(self.laid)
        return top if self.bias is None else top + self.bias.view(self.laid)
'''


def emit(step: Step) -> str:
    layer, (x, *given) = step.module, step.bottoms
    if given:
        factors = zip([*given, *step.parameters()], [step.shapes[1]] * 2, strict=False)
        return f"{x} * " + " + ".join(step.laid(*factor, layer.begin) for factor in factors)
    step.define(SCALE)
    shape = tuple(layer.weight.shape)
    trailing = len(step.shapes[0]) - layer.begin - len(shape)
    bias = None if layer.bias is None else True
    return call(step.own(call("CaffeScale", shape, trailing, bias=bias)), x)
