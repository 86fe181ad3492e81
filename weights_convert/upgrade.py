"""A net in any of Caffe's older words, said in today's: `layer`, Input layers, `param` blocks.

Every field keeps its place in the file, so that errors name the line of the original.

Errors  PrototxtError for fields or types that the older format has not; ConvertError where Caffe
        would go on without something that the file says.
Source  BVLC/caffe src/caffe/util/upgrade_proto.cpp (UpgradeNetAsNeeded, UpgradeNetInput,
        UpgradeNetBatchNorm).
"""

from dataclasses import replace

from . import upgrade_v0, upgrade_v1
from .errors import ConvertError
from .fields import read
from .netparameter import NET
from .prototxt import Field, Message, Number

DIMS = 4  # that `input_dim` gives for each input


def upgraded(net: Message) -> Message:
    """The net that Caffe makes of `net` before it builds anything; `net` is left as it is."""
    values = read(net, NET, "net")
    if values.layers and values.layer:
        # Caffe: goes on without what stands in `layer`.
        raise ConvertError(f"{net.source}: has both `layer` and `layers`, expected one of them")
    if values.layers:
        layers = upgrade_v0.upgraded(values.layers)
        net = _with_layers(net, "layers", [upgrade_v1.upgraded(layer) for layer in layers])
    if values.input or values.input_dim or values.input_shape:
        net = _with_input_layer(net)
    return _with_layers(net, "layer", [_fixed_statistics(layer) for layer in net.all("layer")])


def _with_layers(net: Message, name: str, layers: list[Message]) -> Message:
    """`net` with `layers` in place of its fields `name`."""
    others = [field for field in net.fields if field.name != name]
    return replace(net, fields=[*others, *(_placed("layer", layer) for layer in layers)])


def _placed(name: str, message: Message) -> Field:
    place = (message.line, message.column)
    return Field(name, message, *place, *place)


def _with_input_layer(net: Message) -> Message:
    """`net` with its top-level inputs as an Input layer, before all others."""
    named = {name: [f for f in net.fields if f.name == name] for name in NET}
    inputs, shapes = named["input"], _shapes(net, named)
    if len(shapes) != len(inputs):
        raise ConvertError(
            f"{net.source}: {len(shapes)} shapes for {len(inputs)} inputs, expected an input_shape "
            f"for each, or {DIMS} input_dim for each"
        )
    first = inputs[0]
    layer = Message(net.source, first.line, first.column)
    layer.fields += [replace(first, name="name", value="input")]
    layer.fields += [replace(first, name="type", value="Input")]
    layer.fields += [replace(field, name="top") for field in inputs]
    param = Message(net.source, first.line, first.column, shapes)
    layer.fields += [_placed("input_param", param)]
    others = [f for f in net.fields if f.name not in ("input", "input_shape", "input_dim")]
    return replace(net, fields=[_placed("layer", layer), *others])


def _shapes(net: Message, named: dict[str, list[Field]]) -> list[Field]:
    """A field `shape` for each input whose shape is stated."""
    dims = [replace(field, name="dim") for field in named["input_dim"]]
    if named["input_shape"] and dims:
        # Caffe: takes input_shape and goes on without input_dim.
        raise ConvertError(f"{net.source}: input_shape together with input_dim, expected only one")
    if len(dims) % DIMS:
        raise ConvertError(f"{net.source}: {len(dims)} input_dim, expected {DIMS} for each input")
    shapes = [replace(field, name="shape") for field in named["input_shape"]]
    for start in range(0, len(dims), DIMS):
        four = dims[start : start + DIMS]
        shapes.append(
            _placed("shape", Message(net.source, four[0].line, four[0].column, four)),
        )
    return shapes


def _fixed_statistics(layer: Message) -> Message:
    """`layer`, its three `param` blocks without learning if it is a BatchNorm."""
    if layer.all("type") != ["BatchNorm"] or len(layer.all("param")) != 3:
        return layer
    # Caffe: older files state rates for the statistics, which are never learned.
    fields = [
        replace(field, value=_with_zero_rates(field.value)) if field.name == "param" else field
        for field in layer.fields
    ]
    return replace(layer, fields=fields)


def _with_zero_rates(param: Message) -> Message:
    if not isinstance(param, Message):
        return param  # refused when its layer is read
    rates = ("lr_mult", "decay_mult")
    fields = [field for field in param.fields if field.name not in rates]
    zeros = [Field(name, Number(0), param.line, param.column) for name in rates]
    return replace(param, fields=[*fields, *zeros])
