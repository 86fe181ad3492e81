"""Whether an ONNX file computes what the net computes, in onnxruntime at several sizes."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath

import numpy as np

from ..emitter import made_outputs
from ..errors import ConvertError
from ..net import CaffeNet
from ..optional import optional
from ..runs import Blobs, Sizes, runs

WITHIN = 1e-4  # of an output's standard deviation: float32 sums in another order stay below 3e-5
FLOOR = 1e-6  # for outputs that hardly vary


def check_onnx(net: CaffeNet, path: str | PathLike, sizes: Sizes | None = None) -> None:
    """Runs the file at `path` and `net` on the same random inputs and compares all outputs.

    sizes: (height, width) of the first image among the inputs, by default three; see runs.
    Raises ConvertError naming the first output that is not within 1e-4 of its standard deviation
    (plus 1e-6), or for a file that onnxruntime refuses.
    """
    session = _Session(path)
    for feed, expected in runs(net, sizes):
        for blob, y in zip(made_outputs(net.graph), session.run(feed), strict=True):
            _compare(blob, y, expected[blob].cpu().numpy(), feed)


class _Session:
    """The file at `path` in onnxruntime.  Raises ConvertError for whatever goes wrong there."""

    def __init__(self, path: str | PathLike):
        runtime = optional("onnxruntime", "onnx")
        options = runtime.SessionOptions()
        options.log_severity_level = 4  # what it raises says all
        # Further optimization would copy all parameters into another layout: twice the memory.
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.enable_cpu_mem_arena = False
        self._path = fspath(path)
        with self._complaints("refuses it"):
            providers = ["CPUExecutionProvider"]
            self._session = runtime.InferenceSession(self._path, options, providers)

    def run(self, feed: Blobs) -> list[np.ndarray]:
        """The outputs, in the order of the file."""
        with self._complaints("cannot run it"):
            return self._session.run(None, {blob: x.cpu().numpy() for blob, x in feed.items()})

    @contextmanager
    def _complaints(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # onnxruntime's errors have no base of their own
            text = " ".join(str(error).split())
            raise ConvertError(f"{self._path}: onnxruntime {what}: {text}") from error


def _compare(blob: str, actual: np.ndarray, expected: np.ndarray, feed: Blobs) -> None:
    shapes = ", ".join(f"{name} {tuple(x.shape)}" for name, x in feed.items())
    if actual.shape != expected.shape:
        raise ConvertError(
            f"output {blob!r} has shape {actual.shape} in onnxruntime, expected {expected.shape} "
            f"for {shapes}"
        )
    limit = FLOOR + WITHIN * _scale(expected)
    if not np.isclose(actual, expected, rtol=0, atol=limit, equal_nan=True).all():
        with np.errstate(invalid="ignore"):
            worst = np.nanmax(np.abs(actual - expected))
        raise ConvertError(
            f"output {blob!r} differs by {worst:.1e} in onnxruntime, expected at most "
            f"{limit:.1e}, for {shapes}"
        )


def _scale(expected: np.ndarray) -> float:
    """The standard deviation of the finite numbers, or of a single number its size."""
    finite = expected[np.isfinite(expected)]
    return float(finite.std(dtype=np.float64) if finite.size > 1 else np.abs(finite).sum())
