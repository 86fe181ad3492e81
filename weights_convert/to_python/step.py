"""One Caffe layer on its way into a line of Python."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..caffelayer import CaffeLayer, Shape
from ..graph import Layer
from .expressions import call

if TYPE_CHECKING:
    from .script import Script


class Step:
    """What a layer reads, and the means to say what it does.

    bottoms: variables.  shapes: of the bottoms, an example; the number of axes, and what Caffe
    fixes when it sets up, hold always.
    """

    def __init__(
        self,
        script: "Script",
        layer: Layer,
        module: CaffeLayer,
        key: str,
        bottoms: list[str],
        shapes: list[Shape],
    ):
        self.layer, self.module, self._key = layer, module, key
        self.bottoms, self.shapes = bottoms, shapes
        self.notes: list[str] = []
        self._script = script

    @property
    def bottom(self) -> str:
        """The variable of the first bottom."""
        return self.bottoms[0]

    @property
    def device(self) -> str | None:
        """Where the net runs: that of its first input, if it has one."""
        return next((f"{x}.device" for x in self._script.inputs.values()), None)

    def fields(self, param: str) -> SimpleNamespace:
        """The typed fields of the layer's message `param`."""
        return self.layer.fields(param, self.module.params[param])

    def own(self, constructor: str) -> str:
        """What makes the layer's module in __init__, under its name: the name to call it by."""
        name = self._script.place(self._key, constructor)
        for parameter, tensor in self.module.named_parameters():
            place = f"{name}.{parameter}"
            if (owner := self._script.owners.setdefault(tensor.data_ptr(), place)) != place:
                # Caffe: parameters of one `param { name }` are one.
                self._script.modules.append(f"{place} = {owner}")
        return name

    def parameters(self) -> list[str]:
        """The tensors of the layer's parameters, in Caffe's order, for types torch.nn has not."""
        names = [name for name, _ in self.module.named_parameters()]
        if not names:
            return []
        self._script.define(PARAMETERS)
        owner = self.own(call("Parameters", **dict(zip(names, self.parameter_shapes, strict=True))))
        return [f"{owner}.{name}" for name in names]

    @property
    def parameter_shapes(self) -> list[Shape]:
        """Their shapes."""
        return [tuple(parameter.shape) for parameter in self.module.parameters()]

    def laid(self, value: str, shape: Shape, begin: int) -> str:
        """`value`, of `shape`, as it broadcasts to the first bottom from axis `begin` on."""
        trailing = len(self.shapes[0]) - begin - len(shape)
        if not shape or not trailing:
            return value
        self.note("Caffe: its axes are those from `axis` on, where PyTorch would take the last.")
        return f"{value}[{', '.join(['...', *['None'] * trailing])}]"

    def note(self, text: str) -> None:
        """Puts `text` as a comment above the line, if the file does not have it yet."""
        if text not in self.notes:
            self.notes.append(text)

    def define(self, code: str) -> None:
        """Puts `code`, a function that the line calls, before the net, if it is not there yet."""
        self._script.define(code)


PARAMETERS = '''\
class Parameters(nn.Module):
    """The parameters of a layer for which torch.nn has no module."""

    def __init__(self, **shapes):
        super().__init__()
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
'''
