"""A prototxt as a list of layers for one phase, in file order, which is Caffe's order of execution.

Source  BVLC/caffe src/caffe/net.cpp (FilterNet, StateMeetsRule, AppendTop, AppendBottom).
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

from . import layers
from .errors import ConvertError, UnsupportedError
from .fields import Anything, Bool, Enum, Float, Int32, Int64, Nested, Repeated, String, read
from .prototxt import Message

PHASE = {"TRAIN": 0, "TEST": 1}
SHARE_MODE = {"STRICT": 0, "PERMISSIVE": 1}
RULE = {
    "phase": Enum(PHASE),
    "min_level": Int32(),
    "max_level": Int32(),
    "stage": Repeated(String()),
    "not_stage": Repeated(String()),
}
PARAM = {
    "name": String(""),
    "share_mode": Enum(SHARE_MODE, "STRICT"),
    "lr_mult": Float(1.0),
    "decay_mult": Float(1.0),
}
LAYER = {
    "name": String(""),
    "type": String(""),
    "bottom": Repeated(String()),
    "top": Repeated(String()),
    "phase": Enum(PHASE),
    "loss_weight": Repeated(Float()),
    "param": Repeated(Nested(PARAM)),
    "blobs": Repeated(Anything()),
    "propagate_down": Repeated(Bool()),
    "include": Repeated(Nested(RULE)),
    "exclude": Repeated(Nested(RULE)),
    "transform_param": Anything(),
}
SHAPE = {"dim": Repeated(Int64())}
NET = {
    "name": String(""),
    "input": Repeated(String()),
    "input_shape": Repeated(Nested(SHAPE)),
    "input_dim": Repeated(Int32()),
    "force_backward": Bool(False),
    "state": Nested({"phase": Enum(PHASE), "level": Int32(0), "stage": Repeated(String())}),
    "debug_info": Bool(False),
    "layer": Repeated(Anything()),
    "layers": Repeated(Anything()),
}


@dataclass(frozen=True)
class Layer:
    """One `layer { ... }` in Caffe's own words."""

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    phase: str | None = None  # None: the net's
    params: tuple[SimpleNamespace, ...] = ()  # the `param` blocks: lr_mult, decay_mult, name
    include: tuple[SimpleNamespace, ...] = ()
    exclude: tuple[SimpleNamespace, ...] = ()
    message: Message = field(default_factory=Message)

    def fields(self, param: str, spec: dict) -> SimpleNamespace:
        """The typed fields of `param`, such as "pooling_param", defaults where it is absent."""
        given = self.message.all(param)
        message = given[0] if given else Message()
        return read(message, spec, f"layer {self.name!r}: {param}")

    @property
    def in_place(self) -> bool:
        """Whether the first top is the first bottom: the layer overwrites its blob."""
        return bool(self.tops) and self.tops[:1] == self.bottoms[:1]


@dataclass(frozen=True)
class Graph:
    """The layers that run in `phase`; `inputs`: each blob fed from outside -> its source layer."""

    name: str
    phase: str
    layers: tuple[Layer, ...]
    inputs: dict[str, Layer]

    @property
    def outputs(self) -> tuple[str, ...]:
        """Blobs that no layer consumes, in the order of their making."""
        used: set[str] = set()
        made: dict[str, bool] = dict.fromkeys(self.inputs, True)
        for layer in self.layers:
            used.update(set(layer.bottoms) - set(layer.tops))
            made.update(dict.fromkeys(layer.tops, True))
        return tuple(blob for blob in made if blob not in used)


def read_graph(
    net: Message, phase: str = "TEST", level: int = 0, stages: tuple[str, ...] = ()
) -> Graph:
    """The Graph of a prototxt message in `phase`, "TRAIN" or "TEST".

    Data layers become inputs; in TEST the losses, and the inputs that only they use, are left out
    (but not a loss that another layer reads).
    Raises ConvertError for anything that Caffe's Net::Init refuses.
    """
    if phase not in PHASE:
        raise ConvertError(f"phase {phase!r}: expected TRAIN or TEST")
    values = read(net, NET, "net")
    if values.layers:
        raise UnsupportedError(
            f"{net.source}: `layers` of the V1 format, expected `layer`: "
            f"convert the file with Caffe's upgrade_net_proto_text"
        )
    if values.input:
        raise UnsupportedError(
            f"{net.source}: top-level `input`, expected a layer of type Input: "
            f"write the shape into its input_param"
        )
    # Caffe: phase and level of the file's own `state` do not count, its stages do.
    stages = (*stages, *(values.state.stage if values.state else ()))
    state = SimpleNamespace(phase=phase, level=level, stages=frozenset(stages))
    every = [_layer(message) for message in values.layer]
    kept = [layer for layer in every if _included(layer, state)]
    if not kept:
        raise ConvertError(f"{net.source}: the net has no layer in phase {phase}")
    _check_blobs(kept)
    return _graph(values.name, phase, kept)


def _layer(message: Message) -> Layer:
    where = f"layer {str(next(iter(message.all('name')), ''))!r}"
    known = LAYER | {name: Nested(spec) for name, spec in layers.params().items()}
    if not layers.types().keys() & set(map(str, message.all("type"))):
        # Caffe: a rule may remove a layer of unknown type; it is named only if it stays.
        known = {name: Anything() for name in message.names() if name.endswith("_param")} | known
    values = read(message, known, where)
    return Layer(
        values.name,
        values.type,
        values.bottom,
        values.top,
        values.phase,
        values.param,
        values.include,
        values.exclude,
        message,
    )


def _included(layer: Layer, state: SimpleNamespace) -> bool:
    if layer.include and layer.exclude:
        raise ConvertError(f"layer {layer.name!r}: has include and exclude, expected one of them")
    if layer.include:
        return any(_meets(rule, state) for rule in layer.include)
    return not any(_meets(rule, state) for rule in layer.exclude)


def _meets(rule: SimpleNamespace, state: SimpleNamespace) -> bool:
    return (
        rule.phase in (None, state.phase)
        and (rule.min_level is None or state.level >= rule.min_level)
        and (rule.max_level is None or state.level <= rule.max_level)
        and state.stages.issuperset(rule.stage)
        and state.stages.isdisjoint(rule.not_stage)
    )


def _check_blobs(kept: list[Layer]) -> None:
    """Every bottom is made before it is used, no blob is made twice but in place."""
    readers: dict[str, list[str]] = {}  # blob -> names of the layers that read it as it is
    for layer in kept:
        for index, blob in enumerate(layer.bottoms):
            if blob not in readers:
                raise ConvertError(
                    f"layer {layer.name!r}: unknown bottom blob {blob!r} (bottom {index}), "
                    f"expected a top of an earlier layer"
                )
            readers[blob].append(layer.name)
        for index, blob in enumerate(layer.tops):
            _check_top(layer, index, readers.get(blob))
            readers[blob] = []


def _check_top(layer: Layer, index: int, readers: list[str] | None) -> None:
    """readers: of the blob so far, None if `layer` is the first to make it."""
    blob = layer.tops[index]
    if readers is not None and layer.bottoms[index : index + 1] != (blob,):
        raise ConvertError(
            f"layer {layer.name!r}: top blob {blob!r} is already made by an earlier layer"
        )
    if readers and len(readers) > 1:
        # Caffe: the copies made for several readers have names of their own, so none is in place.
        raise ConvertError(
            f"layer {layer.name!r}: overwrites blob {blob!r}, which layer {readers[0]!r} reads "
            f"as well, expected a top of another name"
        )


def _graph(name: str, phase: str, kept: list[Layer]) -> Graph:
    classes = {id(layer): layers.find(layer) for layer in kept}
    for layer in kept:
        classes[id(layer)].check_counts(layer)
        _check_phase(layer, phase)
    sources = [layer for layer in kept if classes[id(layer)].source]
    steps = [layer for layer in kept if layer not in sources]
    inputs = {blob: layer for layer in sources for blob in layer.tops}
    if phase == "TEST":
        read = {blob for layer in steps for blob in layer.bottoms}
        losses = [layer for layer in steps if classes[id(layer)].loss and not read & {*layer.tops}]
        steps = [layer for layer in steps if layer not in losses]
        inputs = _without_labels(inputs, steps, losses)
    return Graph(name, phase, tuple(steps), inputs)


def _check_phase(layer: Layer, phase: str) -> None:
    if layer.phase not in (None, phase):
        raise UnsupportedError(
            f"layer {layer.name!r}: phase {layer.phase} in a net of phase {phase}, "
            f"expected `include {{ phase: {layer.phase} }}`"
        )


def _without_labels(
    inputs: dict[str, Layer], steps: list[Layer], losses: list[Layer]
) -> dict[str, Layer]:
    """The inputs less those that only a loss consumed."""
    by_losses = {blob for layer in losses for blob in layer.bottoms}
    by_steps = {blob for layer in steps for blob in layer.bottoms}
    return {
        blob: layer for blob, layer in inputs.items() if blob in by_steps or blob not in by_losses
    }
