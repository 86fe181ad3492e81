"""Whether a generated Python file computes the bits that the net computes, at several sizes."""

import runpy
from os import PathLike, fspath

import torch
from torch import Tensor, nn

from ..errors import ConvertError
from ..net import CaffeNet
from ..runs import Sizes, runs


def check_python(net: CaffeNet, path: str | PathLike, sizes: Sizes | None = None) -> None:
    """Runs the file at `path` and `net` on the same random inputs and compares all outputs.

    sizes: (height, width) of the first image among the inputs, by default three; see runs.
    Raises ConvertError naming the first output that is not the same bit for bit.
    """
    twin = _twin(net, path)
    for feed, expected in runs(net, sizes):
        with torch.inference_mode():
            actual = twin(*feed.values())
        for blob, x in expected.items():
            if not _same(actual[blob], x):
                shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in feed.items())
                raise ConvertError(
                    f"output {blob!r} of {fspath(path)} differs from the net's, "
                    f"expected the same bits, for {shapes}"
                )


def _twin(net: CaffeNet, path: str | PathLike) -> nn.Module:
    """The file's net with the parameters of `net`, in the same memory."""
    with torch.device("meta"):
        twin = runpy.run_path(fspath(path))["Net"]()
    twin.load_state_dict(net.state_dict(), assign=True)
    return twin


def _same(actual: Tensor, expected: Tensor) -> bool:
    both_nan = actual.isnan() & expected.isnan() if actual.shape == expected.shape else None
    return both_nan is not None and bool(((_bits(actual) == _bits(expected)) | both_nan).all())


def _bits(x: Tensor) -> Tensor:
    return x.contiguous().view(torch.int32)
