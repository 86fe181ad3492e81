"""A prototxt as a list of layers for one phase, in file order, which is Caffe's order of execution.

Source  BVLC/caffe src/caffe/net.cpp (FilterNet, StateMeetsRule, AppendTop, AppendBottom).
"""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from . import layers
from .errors import ConvertError, UnsupportedError
from .fields import Anything, Nested, read
from .netparameter import LAYER, NET, PHASE
from .prototxt import Message
from .upgrade import upgraded

AUTOMATIC = "(automatic)"  # the top of a loss that states none


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
    loss_weights: tuple[float, ...] = ()
    propagate_down: tuple[bool, ...] = ()

    def fields(self, param: str, spec: dict) -> SimpleNamespace:
        """The typed fields of `param`, such as "pooling_param", defaults where it is absent."""
        given = self.message.all(param)
        message = given[0] if given else Message()
        return read(message, spec, f"layer {self.name!r}: {param}")

    @property
    def place(self) -> str:
        """Where the file has it, "FILE:LINE: "; nothing if no file has."""
        return f"{self.message.source}:{self.message.line}: " if self.message.line else ""

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
    force_backward: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """Blobs that no layer consumes, in the order of their making."""
        used: set[str] = set()
        made: dict[str, bool] = dict.fromkeys(self.inputs, True)
        for layer in self.layers:
            used.update(set(layer.bottoms) - set(layer.tops))
            made.update(dict.fromkeys(layer.tops, True))
        return tuple(blob for blob in made if blob not in used)

    @property
    def loss_weights(self) -> dict[str, float]:
        """How often each blob counts in the loss of the net; those that do not are left out."""
        weights: dict[str, float] = {}
        for layer in self.layers:
            # Caffe: every type called ...Loss is a loss; Accuracy is none.
            default = (1.0,) if layer.type.endswith("Loss") else ()
            weights.update(zip(layer.tops, layer.loss_weights or default, strict=False))
        return {blob: weight for blob, weight in weights.items() if weight}


def read_graph(
    net: Message,
    phase: str = "TEST",
    level: int = 0,
    stages: tuple[str, ...] = (),
    losses: bool | None = None,
) -> Graph:
    """The Graph of a prototxt message, of today's format or an older one, in `phase`.

    phase: "TRAIN" or "TEST"; level, stages: what the include and exclude rules ask for besides.
    losses: whether the losses stay, by default in TRAIN only.  Without them, the inputs that only
        they use are left out too (but not a loss that another layer reads).
    Data layers become inputs.  Raises ConvertError for anything that Caffe's Net::Init refuses.
    """
    if phase not in PHASE:
        raise ConvertError(f"phase {phase!r}: expected TRAIN or TEST")
    values = read(upgraded(net), NET, "net")
    # Caffe: phase and level of the file's own `state` do not count, its stages do.
    stages = (*stages, *(values.state.stage if values.state else ()))
    state = SimpleNamespace(phase=phase, level=level, stages=frozenset(stages))
    every = [_layer(message) for message in values.layer]
    kept = [layer for layer in every if _included(layer, state)]
    if not kept:
        raise ConvertError(f"{net.source}: the net has no layer in phase {phase}")
    kept = _with_losses_named(kept)
    _check_blobs(kept)
    steps, inputs = _without_sources(kept)
    if losses is False or (losses is None and phase == "TEST"):
        steps, inputs = _without_losses(steps, inputs)
    return Graph(values.name, phase, tuple(steps), inputs, values.force_backward)


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
        values.loss_weight,
        values.propagate_down,
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


def _with_losses_named(kept: list[Layer]) -> list[Layer]:
    """The layers, with a top for each loss that states none."""
    count, found = 0, []
    for layer in kept:
        if not layer.tops and layer.type.endswith("Loss"):
            # Caffe: all of these have one name, and are no outputs of the net.
            count += 1
            layer = replace(layer, tops=(AUTOMATIC + (f"#{count}" if count > 1 else ""),))
        found.append(layer)
    return found


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


def _without_sources(kept: list[Layer]) -> tuple[list[Layer], dict[str, Layer]]:
    """The layers that compute, and each blob of the others, which are fed -> its layer."""
    steps, inputs = [], {}
    for layer in kept:
        kind = layers.find(layer)
        kind.check_counts(layer)
        _check_lists(layer)
        if kind.source:
            inputs.update(dict.fromkeys(layer.tops, layer))
        else:
            steps.append(layer)
    return steps, inputs


def _check_lists(layer: Layer) -> None:
    """Raises ConvertError unless what is said of each bottom or top is said of all, or of none."""
    for word, stated, blobs in (
        ("loss_weight", layer.loss_weights, layer.tops),
        ("propagate_down", layer.propagate_down, layer.bottoms),
    ):
        if len(stated) not in (0, len(blobs)):
            raise ConvertError(
                f"layer {layer.name!r}: {len(stated)} {word}, expected none or {len(blobs)}"
            )
    if layer.message.all("blobs"):
        raise UnsupportedError(
            f"layer {layer.name!r}: blobs in the prototxt, expected them in the caffemodel"
        )


def _without_losses(
    steps: list[Layer], inputs: dict[str, Layer]
) -> tuple[list[Layer], dict[str, Layer]]:
    read = {blob for layer in steps for blob in layer.bottoms}
    losses = [layer for layer in steps if layers.find(layer).loss and not read & {*layer.tops}]
    kept = [layer for layer in steps if layer not in losses]
    return kept, _without_labels(inputs, kept, losses)


def _without_labels(
    inputs: dict[str, Layer], steps: list[Layer], losses: list[Layer]
) -> dict[str, Layer]:
    """The inputs less those that only a loss consumed."""
    by_losses = {blob for layer in losses for blob in layer.bottoms}
    by_steps = {blob for layer in steps for blob in layer.bottoms}
    return {
        blob: layer for blob, layer in inputs.items() if blob in by_steps or blob not in by_losses
    }
