"""VGG16 with its fully connected layers as convolutions: conv1_1 ... pool5, fc6, fc7.

Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc-fcn32s/net.py; Simonyan and Zisserman, 2015.
"""

from collections.abc import Iterator

from ..spec import Spec

STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels, convolutions


def trunk(spec: Spec, data: str, fc: int = 4096) -> Iterator[str]:
    """Yields "pool1" ... "pool5" and "fc7", each once it is added."""
    blob = data
    for stage, (width, depth) in enumerate(STAGES, 1):
        for step in range(1, depth + 1):
            # Caffe: 100 pixels of border, so that fc6 fits on any image
            pad = 100 if blob == data else 1
            window = {"pad": pad, "kernel_size": 3, "stride": 1}
            blob = spec.convolution(f"conv{stage}_{step}", blob, num_output=width, **window)
            spec.relu(f"relu{stage}_{step}", blob)
        blob = spec.pooling(f"pool{stage}", blob, 2, 2)
        yield blob
    spec = spec.part(spec.suffix, frozen=spec.frozen)  # `fc` is as narrow as it says
    for number, kernel in ((6, 7), (7, 1)):
        window = {"pad": 0, "kernel_size": kernel, "stride": 1}
        blob = spec.convolution(f"fc{number}", blob, num_output=fc, **window)
        spec.relu(f"relu{number}", blob)
        spec.dropout(f"drop{number}", blob)
    yield blob
