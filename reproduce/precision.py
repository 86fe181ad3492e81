"""Float32 that is float32: the arithmetic of Caffe's convolutions and products.

Source  torch.backends; since torch 2.9 every backend and operation has a switch of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import backends


@contextmanager
def exact() -> Iterator[None]:
    """Inside: no TF32 or bfloat16 in place of float32, and deterministic cuDNN algorithms.

    The settings found are put back at the end.  Independent of inference mode and gradients.
    """
    before = [(owner, name, _read(owner, name)) for owner, name, _ in _switches()]
    matmul = _matmul_precision()
    try:
        # Caffe: float32 products throughout.  torch lets cuDNN round to 10 bits by default.
        torch.set_float32_matmul_precision("highest")
        _set(_switches())
        yield
    finally:
        torch.set_float32_matmul_precision(matmul or "highest")
        _set(before)


def flags() -> dict[str, bool | str | None]:
    """The settings that numbers depend on, by name, to be written beside them.

    None stands for a setting that torch cannot name, its switches being set apart.
    """
    return {
        "float32_matmul_precision": _matmul_precision(),
        "tf32_matmul": _read(backends.cuda.matmul, "allow_tf32"),
        "tf32_cudnn": _read(backends.cudnn, "allow_tf32"),
        "cudnn_deterministic": backends.cudnn.deterministic,
        "cudnn_benchmark": backends.cudnn.benchmark,
    }


def _switches() -> list[tuple[Any, str, bool | str]]:
    """(owner, attribute, the exact value) of each switch but float32_matmul_precision."""
    cudnn = [("allow_tf32", False), ("benchmark", False), ("deterministic", True)]
    found = [(backends.cudnn, name, value) for name, value in cudnn]
    if hasattr(backends, "fp32_precision"):
        b = backends
        parts = (b.cuda.matmul, b.cudnn.conv, b.cudnn.rnn, b.mkldnn.conv, b.mkldnn.matmul)
        found += [(part, "fp32_precision", "ieee") for part in parts]
    return found


def _set(switches: list[tuple[Any, str, Any]]) -> None:
    for owner, name, value in switches:
        if value is not None:
            setattr(owner, name, value)


def _read(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except RuntimeError:  # torch: the old switch has no value when the new ones disagree
        return None


def _matmul_precision() -> str | None:
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:
        return None
