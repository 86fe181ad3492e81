"""A Runner around anything that computes as an nn.Module of ours does, on any device."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from reproduce.metrics import labels_of
from reproduce.precision import exact

from .runners import Blobs, Runner, UnableError

Tensors = dict[str, Tensor]


def device_of(name: str, threads: int) -> torch.device:
    """The device, with torch set to `threads` of them.  Raises UnableError if it is not here."""
    torch.set_num_threads(threads)
    device = torch.device(name)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise UnableError(f"{name}: torch {torch.__version__} finds no GPU")
    return device


def torch_runner(
    call: Callable[..., Tensors],
    device: torch.device,
    labels: Callable[..., Tensors] | None = None,
    folding: float | None = None,
) -> Runner:
    """call, labels: as a CaffeNet, and as `Fast.labels`; without, labels are of the scores."""

    def forward(taken: Tensors) -> Tensors:
        with exact(), torch.inference_mode():
            return call(**taken)

    def labelled(taken: Tensors) -> Blobs:
        if labels:
            return _arrays(labels(**taken))
        return _arrays({blob: labels_of(x) for blob, x in forward(taken).items()})

    def take(blobs: Blobs) -> Tensors:
        return {blob: torch.from_numpy(x).to(device) for blob, x in blobs.items()}

    return Runner(take, forward, _arrays, labelled, folding)


def _arrays(found: Tensors) -> dict[str, Any]:
    return {blob: x.cpu().numpy() for blob, x in found.items()}
