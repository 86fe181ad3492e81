"""CaffeNet, the public AlexNet, with its fully connected layers as convolutions: conv1 ... fc7.

Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc-fcn-alexnet/net.py; BVLC/caffe
        models/bvlc_reference_caffenet; Krizhevsky et al., NIPS 2012.
"""

from collections.abc import Iterator

from ..spec import Spec

# per convolution: channels, kernel, stride, pad, group; whether pooled, whether normalised
STAGES = (
    (96, 11, 4, 100, 1, True, True),
    (256, 5, 1, 2, 2, True, True),
    (384, 3, 1, 1, 1, False, False),
    (384, 3, 1, 1, 2, False, False),
    (256, 3, 1, 1, 2, True, False),
)


def trunk(spec: Spec, data: str, fc: int = 4096) -> Iterator[str]:
    """Yields "pool1", "pool2", "pool5" and "fc7", each once it is added."""
    blob = data
    for number, (*window, pooled, normalised) in enumerate(STAGES, 1):
        blob = _convolution(spec, f"conv{number}", blob, *window)
        spec.relu(f"relu{number}", blob)
        if pooled:
            blob = spec.pooling(f"pool{number}", blob, 3, 2)
            yield blob
        if normalised:
            blob = spec.lrn(f"norm{number}", blob)
    spec = spec.part(spec.suffix, frozen=spec.frozen)  # `fc` is as narrow as it says
    for number, kernel in ((6, 6), (7, 1)):
        blob = _convolution(spec, f"fc{number}", blob, fc, kernel, 1, 0, 1)
        spec.relu(f"relu{number}", blob)
        spec.dropout(f"drop{number}", blob)
    yield blob


def _convolution(
    spec: Spec, name: str, blob: str, width: int, kernel: int, stride: int, pad: int, group: int
) -> str:
    window = {"pad": pad, "kernel_size": kernel, "group": group, "stride": stride}
    # Caffe: without `param` blocks the biases learn at the rate of the weights and are decayed
    return spec.convolution(name, blob, param=(), num_output=width, **window)
