"""CUDA graphs: the kernels of a run recorded once for the sizes of its inputs, then replayed.

A replay leaves out what Python and PyTorch take to launch each kernel, which for one image is more
than the kernels themselves take.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Blobs = dict[str, Tensor]
WARMING = 3  # runs before the recording, in which libraries choose and allocate what they need


class Captured:
    """`run` for inputs that differ from `inputs`, on one GPU, in nothing but their values."""

    def __init__(self, run: Callable[[Blobs], Blobs], inputs: Blobs):
        self.inputs = {blob: x.clone() for blob, x in inputs.items()}
        device = next(iter(self.inputs.values())).device
        with torch.cuda.device(device):
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(WARMING):
                    run(dict(self.inputs))
            torch.cuda.current_stream().wait_stream(side)
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.outputs = run(dict(self.inputs))

    def __call__(self, inputs: Blobs) -> Blobs:
        """The outputs, in memory of their own: the next replay overwrites that of the graph."""
        for blob, x in inputs.items():
            self.inputs[blob].copy_(x, non_blocking=True)
        self.graph.replay()
        return {blob: x.clone() for blob, x in self.outputs.items()}
