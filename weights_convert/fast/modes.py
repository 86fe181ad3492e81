"""In which numbers a net is computed.

exact   float32, and no TF32 on a GPU
tf32    float32 of which a GPU's matrix units see 10 bits of the fraction
bf16    bfloat16: 7 bits of the fraction
fp16    float16: 10 bits of the fraction, largest number 65504

Scores are returned in float32 in each of them.  On a CPU without instructions for bfloat16 or
float16 (AVX-512 BF16, AMX) PyTorch computes with these some ten times slower than with float32.
There is no int8: on AVX2 its convolutions took as long as Winograd's filtering in float32.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import backends

from ..errors import ConvertError

TYPES = {
    "exact": torch.float32,
    "tf32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


@dataclass(frozen=True)
class Mode:
    name: str
    dtype: torch.dtype

    @contextmanager
    def arithmetic(self, device: torch.device) -> Iterator[None]:
        """Inside, float32 products on a GPU are of the mode; what was set before is put back."""
        if device.type != "cuda":
            yield
            return
        switches = _switches(self.name == "tf32")
        if self.name != "exact":  # cuDNN's fastest algorithm, which need not be the same each time
            switches += [(backends.cudnn, "benchmark", True)]
            switches += [(backends.cudnn, "deterministic", False)]
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in switches]
        precision = _matmul_precision()
        try:
            # torch keeps an old switch beside the new ones, and some of its code wants them agreed.
            torch.set_float32_matmul_precision("high" if self.name == "tf32" else "highest")
            _set(switches)
            yield
        finally:
            torch.set_float32_matmul_precision(precision)
            _set(before)


def named(name: str, device: torch.device) -> Mode:
    """The Mode `name`.  Raises ConvertError for an unknown one, or one that `device` lacks."""
    if name not in TYPES:
        raise ConvertError(f"mode {name!r}: unknown, expected one of {', '.join(TYPES)}")
    if name == "tf32" and device.type != "cuda":
        raise ConvertError(f"mode 'tf32' is of NVIDIA GPUs, the net is on {device}: take 'exact'")
    return Mode(name, TYPES[name])


def _matmul_precision() -> str:
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:  # torch: the old switch has no value where the new ones disagree
        return "highest"


def _switches(rounded: bool) -> list[tuple]:
    """(owner, attribute, value): since torch 2.9 each has a switch of a new kind."""
    if hasattr(backends, "fp32_precision"):
        value = "tf32" if rounded else "ieee"
        owners = (backends.cuda.matmul, backends.cudnn.conv)
        return [(owner, "fp32_precision", value) for owner in owners]
    return [(owner, "allow_tf32", rounded) for owner in (backends.cuda.matmul, backends.cudnn)]


def _set(switches: list[tuple]) -> None:
    for owner, name, value in switches:
        setattr(owner, name, value)
