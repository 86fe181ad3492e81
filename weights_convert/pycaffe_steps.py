"""A CaffeNet whose layers run one by one, forward and backward, over blobs that stay.

Source  BVLC/caffe src/caffe/net.cpp (Init, ForwardFromTo, BackwardFromTo)
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .caffelayer import Shape, possible
from .errors import ConvertError, naming
from .graph import Graph
from .net import CaffeNet
from .pycaffe_blob import Blob
from .sharing import seen


class Steps(CaffeNet):
    """The net, and once it records, of each layer what the gradient needs: in TRAIN always."""

    def __init__(self, graph: Graph, shapes: dict[str, Shape]):
        super().__init__(graph, shapes)
        self._parts = list(self._keyed())
        self._own = [parameters for _, parameters in self.owned()]
        self._records: dict[int, tuple[list[Tensor], list[Tensor]]] = {}
        self.recording = False
        if graph.phase == "TRAIN" or graph.force_backward:
            self.record()

    def record(self) -> None:
        """From the next run on, keeps what the gradient needs."""
        self.recording = True
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(name in self.learnable)
        for _, module in self.steps():
            if hasattr(module, "overwrite"):
                module.overwrite = False
        self._down = _needed(self.graph, self._own)

    def layer_keys(self) -> list[str]:
        """What state_dict calls each layer: by its name, further ones of that name numbered."""
        return [key for key, _, _ in self._parts]

    def parameter_blobs(self) -> list[tuple[list[nn.Parameter], list[Tensor]]]:
        """For each layer its parameters, and the same in the shapes that the layer has."""
        blobs = self.params()
        return [
            (own, blobs.get(key, [])) for key, own in zip(self.layer_keys(), self._own, strict=True)
        ]

    def take_parameters(self, other: CaffeNet) -> None:
        """Makes the parameters of `other` those of the layers of the same key and shape here."""
        for key in self._modules.keys() & other._modules.keys():
            for name, parameter in other._modules[key]._parameters.items():
                if parameter is not None and self._modules[key]._parameters.get(name) is not None:
                    setattr(self._modules[key], name, parameter)
        self._own = [parameters for _, parameters in self.owned()]

    def reshape_step(self, index: int, blobs: Mapping[str, Blob]) -> None:
        """Gives the tops of layer `index` the shapes that follow from its bottoms."""
        _, layer, module = self._parts[index]
        with naming(f"layer {layer.name!r}"):
            shapes = module.reshape([blobs[name].shape for name in layer.bottoms])
            for name, shape in zip(layer.tops, shapes, strict=True):
                if possible(shape) != blobs[name].shape:
                    blobs[name].reshape(*shape)

    def forward_step(self, index: int, blobs: Mapping[str, Blob], device: torch.device) -> None:
        """Runs layer `index` upon `blobs`."""
        self.reshape_step(index, blobs)
        key, layer, module = self._parts[index]
        read = [blobs[name]._data.at(blobs[name].shape, device) for name in layer.bottoms]
        leaves = self._leaves(index, read) if self.recording else read
        with torch.set_grad_enabled(self.recording), seen(self, module, self._views.get(key, {})):
            tops = module(*leaves)
        tops = list(tops) if isinstance(tops, tuple) else [tops]
        if self.recording:
            self._records[index] = leaves, tops
        memory = {x.untyped_storage().data_ptr() for x in read}
        for name, top in zip(layer.tops, tops, strict=True):
            shared = top.untyped_storage().data_ptr() in memory
            blobs[name]._data.put(top.detach(), keep=self.recording or shared)

    def backward_step(
        self, index: int, blobs: Mapping[str, Blob], written: set[str], device: torch.device
    ) -> None:
        """Carries the diffs of the tops of layer `index` to its bottoms and its parameters.

        written: the blobs whose diff a later layer has given in this pass, which are added to.
        """
        _, layer, _ = self._parts[index]
        if index not in self._records:
            raise ConvertError(f"backward: layer {layer.name!r} has not run, call forward first")
        leaves, tops = self._records[index]
        diffs = [blobs[name]._diff.at(blobs[name].shape, device) for name in layer.tops]
        into = [(n, x) for n, x in zip(layer.bottoms, leaves, strict=True) if x.requires_grad]
        own = [parameter for parameter in self._own[index] if parameter.requires_grad]
        found = _gradients(tops, diffs, [leaf for _, leaf in into] + own)
        written.difference_update(layer.tops)
        for (name, _), gradient in zip(into, found, strict=False):
            if gradient is not None:
                _give(blobs[name], gradient, name in written)
                written.add(name)
        for parameter, gradient in zip(own, found[len(into) :], strict=True):
            if gradient is not None:
                _add(parameter, gradient)

    def _leaves(self, index: int, bottoms: list[Tensor]) -> list[Tensor]:
        """The bottoms as the beginning of the graph of one layer."""
        _, layer, _ = self._parts[index]
        # Caffe: an in-place layer keeps what its gradient needs of the bottom that it overwrites.
        # `.data` lets later layers and scripts write into blobs: their gradients see that.
        leaves = [x.clone() if layer.in_place else x.data for x in bottoms]
        return [x.requires_grad_(down) for x, down in zip(leaves, self._down[index], strict=True)]


def _needed(graph: Graph, own: list[list[nn.Parameter]]) -> list[list[bool]]:
    """For each layer, for each of its bottoms, whether a gradient is passed down to it."""
    needed = dict.fromkeys(graph.inputs, graph.force_backward)
    found = []
    for layer, parameters in zip(graph.layers, own, strict=True):
        down = [needed[name] for name in layer.bottoms]
        if layer.propagate_down and not graph.force_backward:
            down = list(layer.propagate_down)
        found.append(down)
        learned = any(down) or any(parameter.requires_grad for parameter in parameters)
        needed.update(dict.fromkeys(layer.tops, learned or graph.force_backward))
    return found


def _gradients(
    tops: list[Tensor], diffs: list[Tensor], wanted: list[Tensor]
) -> tuple[Tensor | None, ...]:
    """The gradient by each of `wanted`; None for one that no top depends upon."""
    pairs = [(top, diff) for top, diff in zip(tops, diffs, strict=True) if top.requires_grad]
    if not pairs or not wanted:
        return (None,) * len(wanted)
    made, given = zip(*pairs, strict=True)
    return torch.autograd.grad(made, wanted, given, retain_graph=True, allow_unused=True)


def _give(blob: Blob, gradient: Tensor, adding: bool) -> None:
    if adding:
        gradient = gradient + blob._diff.at(blob.shape, gradient.device)
    blob._diff.put(gradient, keep=True)


def _add(parameter: nn.Parameter, gradient: Tensor) -> None:
    """Caffe: a parameter's gradients add up until they are cleared."""
    if parameter.grad is None:
        parameter.grad = gradient.clone()
    else:
        parameter.grad.data = parameter.grad.data.to(gradient.device) + gradient
