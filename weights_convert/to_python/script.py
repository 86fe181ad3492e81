"""The code of a net as it grows, layer by layer."""

from dataclasses import dataclass

from ..caffelayer import CaffeLayer
from ..errors import UnsupportedError
from ..graph import Layer
from ..net import CaffeNet
from .layout import WIDTH
from .names import Variables, attribute, parents
from .nesting import nested, parts
from .step import Step


@dataclass
class Line:
    """`target = expression`, below its comments."""

    target: str
    expression: str
    notes: list[str]


class Script:
    """What __init__ makes, what forward does, and the functions that it calls."""

    def __init__(self, net: CaffeNet):
        self.net = net
        self.modules: list[str] = []
        self.lines: list[Line] = []
        self.definitions: list[str] = []
        self.variables = Variables()
        self.inputs = {blob: self.variables[blob] for blob in net.input_shapes}
        self.shapes = dict(net.input_shapes)  # blob -> an example of its shape
        self.owners: dict[int, str] = {}  # address -> the first place of that parameter
        self._placed: set[str] = set()  # what state_dict calls the modules
        self._noted: set[str] = set()
        self._keys = {id(module): key for key, module in net._modules.items()}

    def step(self, layer: Layer, module: CaffeLayer) -> Step:
        """What the emitter of `layer` needs; the example shapes of its tops are known from now."""
        shapes = [self.shapes[blob] for blob in layer.bottoms]
        self.shapes.update(zip(layer.tops, module.reshape(shapes), strict=True))
        key = self._keys[id(module)]
        if self.net._views.get(key):
            raise UnsupportedError(
                "shares a parameter in a shape of its own, expected that of its owner"
            )
        bottoms = [self.variables[blob] for blob in layer.bottoms]
        return Step(self, layer, module, key, bottoms, shapes)

    def place(self, key: str, constructor: str) -> str:
        """Makes a module in __init__, under the name that state_dict is to have for it."""
        for parent in parents(key):
            if parent not in self._placed:
                self.place(parent, "nn.Module()")
        if key in self._placed:
            raise UnsupportedError(f"follows a layer whose name begins with {key + '.'!r}")
        self._placed.add(key)
        self.modules.append(f"{attribute(key)} = {constructor}")
        return attribute(key)

    def define(self, code: str) -> None:
        """Puts `code` before the net, once."""
        if code not in self.definitions:
            self.definitions.append(code)

    def assign(self, step: Step, expression: str) -> None:
        """Adds the lines that give the tops of `step` the values of `expression`."""
        notes = [note for note in step.notes if note not in self._noted]
        self._noted.update(notes)
        targets = [self.variables[blob] for blob in step.layer.tops]
        if not targets:
            return
        values = parts(expression)
        if step.layer.in_place or len(values) < len(targets):
            targets, values = [", ".join(targets)], [expression]
        for target, value in zip(targets, values, strict=True):
            self._add(Line(target, value, notes), overwrites=step.layer.in_place)
            notes = []

    def _add(self, line: Line, overwrites: bool) -> None:
        """Adds `line`, as one with the last line if it overwrites that one's target."""
        last = self.lines[-1] if self.lines else None
        if overwrites and last and last.target == line.target:
            whole = nested(last.expression, line.target, line.expression)
            if whole and len(f"        {line.target} = {whole}") <= WIDTH:
                self.lines[-1] = Line(line.target, whole, last.notes + line.notes)
                return
        self.lines.append(line)
