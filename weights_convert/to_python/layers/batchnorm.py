"""`BatchNorm` as CaffeBatchNorm, or by the batch itself as caffe_batch_own_norm."""

from ..expressions import call, number
from ..step import Step

STORED = '''\
class CaffeBatchNorm(nn.Module):
    """`x` less the stored mean, by the root of the stored variance."""

    def __init__(self, channels, eps):
        super().__init__()
        self.eps = eps
        self.mean = nn.Parameter(torch.zeros(channels), requires_grad=False)
        self.variance = nn.Parameter(torch.zeros(channels), requires_grad=False)
        self.scale_factor = nn.Parameter(torch.zeros(1), requires_grad=False)

    def forward(self, x):
        # Caffe: the statistics are sums, which scale_factor divides unless it is 0.
        factor = torch.where(self.scale_factor == 0, self.scale_factor, 1 / self.scale_factor)
        shape = (-1, *(1,) * (x.dim() - 2))
        centred = x - (factor * self.mean).view(shape)
        return centred / ((factor * self.variance).view(shape) + self.eps).sqrt()
'''
BATCH = '''\
def caffe_batch_own_norm(x, eps):
    """`x` less its mean, by the root of its variance, each channel by itself."""
    over = (0, *range(2, x.dim()))
    centred = x - x.mean(over, keepdim=True)
    return centred / (centred.square().mean(over, keepdim=True) + eps).sqrt()
'''


def emit(step: Step) -> str:
    eps = number(step.module.eps)
    if step.module.use_global_stats is False:
        step.define(BATCH)
        step.note("Caffe: use_global_stats is false; the stored statistics are of no effect.")
        step.parameters()  # the state_dict has them all the same
        return call("caffe_batch_own_norm", step.bottom, eps)
    step.define(STORED)
    return call(step.own(call("CaffeBatchNorm", step.shapes[0][1], eps)), step.bottom)
