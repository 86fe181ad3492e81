"""`Crop` as caffe_crop."""

from ..expressions import call
from ..step import Step

CROP = '''\
def caffe_crop(x, like, axis, *offsets):
    """`x` cut to the size of `like` on the axes from `axis` on, each at its offset in pixels."""
    for i, offset in enumerate(offsets, axis):
        # Caffe: stops where that leaves x, and so does narrow; a slice would come out smaller.
        x = x.narrow(i, offset, like.shape[i])
    return x
'''


def emit(step: Step) -> str:
    step.define(CROP)
    return call("caffe_crop", *step.bottoms, step.module.axis, *step.module.offset)
