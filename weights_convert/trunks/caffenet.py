"""CaffeNet, the public AlexNet, with its fully connected layers as convolutions: conv1 ... fc7.

Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc-fcn-alexnet/net.py; BVLC/caffe
        models/bvlc_reference_caffenet; Krizhevsky et al., NIPS 2012.
"""

from ..spec import Spec

WIDTHS = (96, 256, 384, 384, 256)
FC = 4096
# per convolution: kernel, stride, pad, group; whether pooled, whether normalised
STAGES = (
    (11, 4, 100, 1, True, True),
    (5, 1, 2, 2, True, True),
    (3, 1, 1, 1, False, False),
    (3, 1, 1, 2, False, False),
    (3, 1, 1, 2, True, False),
)
NORM = {"local_size": 5, "alpha": 0.0001, "beta": 0.75}


def trunk(spec: Spec, data: str, widths: tuple[int, ...], fc: int, dropout: bool) -> str:
    """Adds the layers from blob `data` on and returns "fc7"."""
    blob = data
    for number, (width, stage) in enumerate(zip(widths, STAGES, strict=True), 1):
        blob = _stage(spec, number, blob, width, *stage)
    for number, kernel in ((6, 6), (7, 1)):
        blob = _convolution(spec, f"fc{number}", blob, fc, kernel, 1, 0, 1)
        spec.relu(f"relu{number}", blob)
        if dropout:
            spec.dropout(f"drop{number}", blob)
    return blob


def _stage(spec: Spec, number: int, blob: str, width: int, *stage) -> str:
    *window, pooled, normalised = stage
    blob = _convolution(spec, f"conv{number}", blob, width, *window)
    spec.relu(f"relu{number}", blob)
    if pooled:
        blob = spec.pooling(f"pool{number}", blob, 3, 2)
    if normalised:
        blob = spec.add("LRN", f"norm{number}", [blob], [f"norm{number}"], lrn_param=NORM)
    return blob


def _convolution(
    spec: Spec, name: str, blob: str, width: int, kernel: int, stride: int, pad: int, group: int
) -> str:
    window = {"pad": pad, "kernel_size": kernel, "group": group, "stride": stride}
    # Caffe: without `param` blocks the biases learn at the rate of the weights and are decayed
    return spec.convolution(name, blob, param=(), num_output=width, **window)
