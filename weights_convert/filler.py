"""Caffe's fillers: how a parameter begins where no caffemodel says what it is.

Shape   of fan_in and fan_out: a parameter (N, C, ...) of `count` numbers has count / N and
        count / C; one of a single axis has fan_out count.
Units   the random ones draw from a torch.Generator, so their numbers are not Caffe's own.
Errors  ConvertError, in the words of the field, for what Caffe's checks refuse.
Source  BVLC/caffe include/caffe/filler.hpp.
"""

from math import ceil, sqrt
from types import SimpleNamespace

import torch
from torch import Generator, Tensor

from .errors import ConvertError, ShapeError
from .fields import Enum, Float, Int32, String

FILLER = {
    "type": String("constant"),
    "value": Float(0.0),
    "min": Float(0.0),
    "max": Float(1.0),
    "mean": Float(0.0),
    "std": Float(1.0),
    "sparse": Int32(-1),
    "variance_norm": Enum({"FAN_IN": 0, "FAN_OUT": 1, "AVERAGE": 2}, "FAN_IN"),
}


def constant(value: float) -> SimpleNamespace:
    """The fields of a filler that states `value`."""
    return SimpleNamespace(
        **{name: kind.default for name, kind in FILLER.items()} | {"value": value}
    )


def check_filler(filler: SimpleNamespace) -> SimpleNamespace:
    """`filler`, the fields of a FillerParameter.  Raises ConvertError if Caffe has no such one."""
    if filler.type not in FILLERS:
        raise ConvertError(f"filler type {filler.type!r}, expected one of {', '.join(FILLERS)}")
    if filler.sparse < -1 or (filler.sparse >= 0 and filler.type != "gaussian"):
        raise ConvertError(
            f"filler {filler.type} with sparse {filler.sparse}, expected -1, or 0 and more "
            f"together with gaussian"
        )
    return filler


@torch.no_grad()
def fill_(tensor: Tensor, filler: SimpleNamespace, generator: Generator | None = None) -> Tensor:
    """`tensor`, float32, filled in place as the fields `filler` of a FillerParameter say."""
    if not tensor.numel():
        raise ShapeError(f"a parameter of shape {tuple(tensor.shape)}, expected one to fill")
    FILLERS[check_filler(filler).type](tensor, filler, generator)
    return tensor


def _constant(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    x.fill_(filler.value)


def _uniform(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    if not filler.min <= filler.max:
        raise ConvertError(f"filler uniform: min {filler.min} is more than max {filler.max}")
    x.uniform_(filler.min, filler.max, generator=generator)


def _gaussian(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    if not filler.std > 0:
        raise ConvertError(f"filler gaussian: std {filler.std}, expected more than 0")
    x.normal_(filler.mean, filler.std, generator=generator)
    if filler.sparse >= 0:
        # Caffe: each number stays by chance, `sparse` of an input's outputs in the mean.
        outputs = _outputs(x)
        if filler.sparse > outputs:
            raise ConvertError(f"filler gaussian: sparse {filler.sparse} of {outputs} outputs")
        x *= torch.empty_like(x).bernoulli_(filler.sparse / outputs, generator=generator)


def _xavier(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    scale = sqrt(3 / _fan(x, filler.variance_norm))
    x.uniform_(-scale, scale, generator=generator)


def _msra(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    x.normal_(0, sqrt(2 / _fan(x, filler.variance_norm)), generator=generator)


def _positive_unitball(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    rows = x.uniform_(0, 1, generator=generator).view(_outputs(x), -1)
    rows /= rows.sum(1, keepdim=True)


def _bilinear(x: Tensor, filler: SimpleNamespace, generator: Generator | None) -> None:
    if x.dim() != 4 or x.shape[2] != x.shape[3]:
        raise ShapeError(f"filler bilinear: shape {tuple(x.shape)}, expected square kernels")
    size = x.shape[3]
    factor = ceil(size / 2)
    # Caffe: for an odd size too the centre is that of (size - 1) / 2; every kernel of a dense
    # Deconvolution is filled, off its diagonal as well.
    centre = (size - 1) / (2 * factor)
    ramp = 1 - (torch.arange(size, dtype=torch.float32) / factor - centre).abs()
    x.copy_(ramp[:, None] * ramp)


FILLERS = {
    "constant": _constant,
    "uniform": _uniform,
    "gaussian": _gaussian,
    "xavier": _xavier,
    "msra": _msra,
    "positive_unitball": _positive_unitball,
    "bilinear": _bilinear,
}


def _fan(x: Tensor, norm: str) -> float:
    """The n by which xavier and msra divide."""
    fan_in = x.numel() // _outputs(x)
    fan_out = x.numel() // (x.shape[1] if x.dim() > 1 else 1)
    return {"FAN_IN": fan_in, "FAN_OUT": fan_out, "AVERAGE": (fan_in + fan_out) / 2}[norm]


def _outputs(x: Tensor) -> int:
    if not x.dim():
        raise ShapeError("a parameter without axes, expected one with outputs for this filler")
    return x.shape[0]
