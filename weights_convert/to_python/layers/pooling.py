"""`Pooling` as F.max_pool2d or F.avg_pool2d, of a bottom that is padded first where they differ."""

from ..expressions import call, square
from ..step import Step

PAD = '''\
def caffe_pad(x, kernel, stride, pad, ceil, value=0.0):
    """`x` padded with `value` for a pooling of (height, width) so that Caffe's windows just fit."""
    pads = ()
    for size, k, s, p in zip(x.shape[2:], kernel, stride, pad, strict=True):
        last = -(-(size + 2 * p - k) // s) if ceil else (size + 2 * p - k) // s
        # Caffe: with a pad, the last window begins on the image or before it; without, it need not.
        last = min(last, (size + p - 1) // s) if any(pad) else last
        pads = (p, max(last * s + k - p - size, 0), *pads)
    return F.pad(x, pads, value=value)
'''
MASK = '''\
def caffe_max_pool(x, kernel, stride, pad, ceil):
    """The maxima, and where each is in its plane, -1 in a window without a pixel."""
    least = torch.finfo(x.dtype).min
    wide = caffe_pad(x, kernel, stride, pad, ceil, least)
    top, place = F.max_pool2d(wide, kernel, stride, return_indices=True)
    row, column = place // wide.shape[3] - pad[0], place % wide.shape[3] - pad[1]
    # Caffe: places are numbers of the same type.
    return top, torch.where(top == least, -1.0, (row * x.shape[3] + column).to(x.dtype))
'''
MEAN = '''\
def caffe_ave_pool(x, kernel, stride, pad, ceil):
    """The mean of each window."""
    wide = caffe_pad(x, kernel, stride, pad, ceil)
    sums = F.avg_pool2d(wide, kernel, stride, divisor_override=1)
    counts = []
    for i in (0, 1):
        begin = torch.arange(sums.shape[2 + i], device=x.device) * stride[i]
        # Caffe: pixels of the pad count, but none beyond; past all of them counts are negative.
        end = (begin + kernel[i]).clamp(max=x.shape[2 + i] + 2 * pad[i])
        counts.append(end - begin)
    return sums / (counts[0][:, None] * counts[1]) + 0  # not -0
'''


def emit(step: Step) -> str:
    layer, x = step.module, step.bottom
    if layer.over_all and not layer.with_mask:
        return call(f"{x}.{'mean' if layer.average else 'amax'}", (2, 3), keepdim=True)
    if plain(step):
        return by_torch(step)
    step.define(PAD)
    kernel = f"{x}.shape[2:]" if layer.over_all else layer.kernel
    window = (kernel, layer.stride, layer.pad, layer.ceil)
    if layer.with_mask:
        step.define(MASK)
        return call("caffe_max_pool", x, *window)
    if layer.average:
        step.define(MEAN)
        return call("caffe_ave_pool", x, *window)
    wide = call("caffe_pad", x, *window, "torch.finfo(torch.float32).min")
    return call("F.max_pool2d", wide, square(layer.kernel), square(layer.stride))


def plain(step: Step) -> bool:
    """Whether PyTorch has the same windows."""
    layer = step.module
    # Caffe: a pad may be up to the kernel, in PyTorch up to its half.
    narrow = all(2 * pad <= kernel for pad, kernel in zip(layer.pad, layer.kernel, strict=True))
    # Caffe: without pad, a last window may begin past the image, which PyTorch drops.
    within = all(map(int.__ge__, layer.kernel, layer.stride)) or any(layer.pad) or not layer.ceil
    return narrow and within and not layer.with_mask


def by_torch(step: Step) -> str:
    layer = step.module
    up = layer.ceil and layer.stride != (1, 1)
    if up:
        step.note("Caffe: Pooling rounds sizes up, PyTorch down unless ceil_mode.")
    return call(
        "F.avg_pool2d" if layer.average else "F.max_pool2d",
        step.bottom,
        square(layer.kernel),
        square(layer.stride),
        square(layer.pad, 0),
        ceil_mode=True if up else None,
    )
