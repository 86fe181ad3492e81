"""GoogLeNet from its first convolution to its last inception module, with the names of BVLC's.

The average pooling before the classifier is left out, as by Long et al.; the auxiliary classifiers
too, as they serve training alone.

Source  BVLC/caffe models/bvlc_googlenet; Szegedy et al., CVPR 2015, table 1; Long et al., CVPR
        2015, section 4.1.  No prototxt of FCN-GoogLeNet was released: the border of 100 pixels is
        that of the other nets.
"""

from collections.abc import Iterator

from ..spec import Spec

# per module: channels of 1x1, 3x3_reduce, 3x3, 5x5_reduce, 5x5, pool_proj
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
POOLED = {"3b": "pool3/3x3_s2", "4e": "pool4/3x3_s2"}  # after these modules
LEFT_OUT = {"kernel_size": 7, "stride": 1}  # window of pool5/7x7_s1, AVE, before the classifier


def trunk(spec: Spec, data: str, fc: None = None) -> Iterator[str]:
    """Yields "pool1/3x3_s2" ... "pool4/3x3_s2" and "inception_5b/output", once it is added."""
    blob = _convolution(spec, "conv1/7x7_s2", data, 64, 7, 100, stride=2)
    blob = spec.pooling("pool1/3x3_s2", blob, 3, 2)
    yield blob
    blob = spec.lrn("pool1/norm1", blob)
    blob = _convolution(spec, "conv2/3x3_reduce", blob, 64, 1)
    blob = _convolution(spec, "conv2/3x3", blob, 192, 3, 1)
    blob = spec.lrn("conv2/norm2", blob)
    blob = spec.pooling("pool2/3x3_s2", blob, 3, 2)
    yield blob
    for name, widths in MODULES.items():
        blob = _inception(spec, f"inception_{name}/", blob, *widths)
        if name in POOLED:
            blob = spec.pooling(POOLED[name], blob, 3, 2)
            yield blob
    yield blob


def _inception(
    spec: Spec,
    name: str,
    data: str,
    one: int,
    to_3: int,
    three: int,
    to_5: int,
    five: int,
    last: int,
) -> str:
    """Four ways to look at blob `data`, put one upon the other."""
    ways = [_convolution(spec, f"{name}1x1", data, one, 1)]
    blob = _convolution(spec, f"{name}3x3_reduce", data, to_3, 1)
    ways.append(_convolution(spec, f"{name}3x3", blob, three, 3, 1))
    blob = _convolution(spec, f"{name}5x5_reduce", data, to_5, 1)
    ways.append(_convolution(spec, f"{name}5x5", blob, five, 5, 2))
    blob = spec.pooling(f"{name}pool", data, 3, 1, 1)
    ways.append(_convolution(spec, f"{name}pool_proj", blob, last, 1))
    return spec.concat(f"{name}output", ways)


def _convolution(
    spec: Spec, name: str, data: str, width: int, kernel: int, pad: int = 0, **stride: int
) -> str:
    """A convolution and its ReLU, which is called a/relu_b after a/b."""
    window = {"pad": pad, "kernel_size": kernel, **stride}
    blob = spec.convolution(name, data, num_output=width, **window)
    folder, _, leaf = name.partition("/")
    spec.relu(f"{folder}/relu_{leaf.removesuffix('_s2')}", blob)
    return blob
