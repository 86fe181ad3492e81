"""`Im2col` as caffe_im2col."""

from ..expressions import call
from ..step import Step

IM2COL = '''\
def caffe_im2col(x, kernel, stride, pad, dilation):
    """The windows of `x`, each as one column of channels: (..., C * places, height, width)."""
    windows = F.unfold(x.reshape(-1, *x.shape[-3:]), kernel, dilation, pad, stride)
    reach = [dilation[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    sizes = [(x.shape[i - 2] + 2 * pad[i] - reach[i]) // stride[i] + 1 for i in (0, 1)]
    return windows.view(*x.shape[:-3], -1, *sizes)
'''


def emit(step: Step) -> str:
    layer = step.module
    step.define(IM2COL)
    return call("caffe_im2col", step.bottom, layer.kernel, layer.stride, layer.pad, layer.dilation)
