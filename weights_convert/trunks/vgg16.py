"""VGG16 with its fully connected layers as convolutions: conv1_1 ... pool5, fc6, fc7.

Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc-fcn32s/net.py; Simonyan and Zisserman, 2015.
"""

from ..spec import Spec

WIDTHS = (64, 128, 256, 512, 512)  # channels of each stage
DEPTHS = (2, 2, 3, 3, 3)  # convolutions of each stage
FC = 4096


def trunk(spec: Spec, data: str, widths: tuple[int, ...], fc: int, dropout: bool) -> str:
    """Adds the layers from blob `data` on and returns "fc7"."""
    blob = data
    for stage, (width, depth) in enumerate(zip(widths, DEPTHS, strict=True), 1):
        for step in range(1, depth + 1):
            # Caffe: 100 pixels of border, so that fc6 fits on any image
            pad = 100 if blob == data else 1
            window = {"pad": pad, "kernel_size": 3, "stride": 1}
            blob = spec.convolution(f"conv{stage}_{step}", blob, num_output=width, **window)
            spec.relu(f"relu{stage}_{step}", blob)
        blob = spec.pooling(f"pool{stage}", blob, 2, 2)
    for number, kernel in ((6, 7), (7, 1)):
        window = {"pad": 0, "kernel_size": kernel, "stride": 1}
        blob = spec.convolution(f"fc{number}", blob, num_output=fc, **window)
        spec.relu(f"relu{number}", blob)
        if dropout:
            spec.dropout(f"drop{number}", blob)
    return blob
