"""`layers { layer { type: "conv" ... } }`, the format of 2013, as the `layers` that followed it.

Source  BVLC/caffe src/caffe/util/upgrade_proto.cpp (UpgradeV0PaddingLayers,
        UpgradeV0LayerParameter), src/caffe/proto/caffe.proto (V0LayerParameter).
"""

from dataclasses import replace

from .errors import ConvertError, UnsupportedError
from .fields import Anything, Bool, Enum, Float, Repeated, String, UInt32, read
from .layertypes import V0, V1
from .prototxt import Field, Message, Number

CONNECTION = {"layer": Anything(), "bottom": Repeated(String()), "top": Repeated(String())}
LAYER = {
    "name": String(""),
    "type": String(""),
    "num_output": UInt32(),
    "biasterm": Bool(True),
    "weight_filler": Anything(),
    "bias_filler": Anything(),
    "pad": UInt32(0),
    "kernelsize": UInt32(),
    "group": UInt32(1),
    "stride": UInt32(1),
    "pool": Enum({"MAX": 0, "AVE": 1, "STOCHASTIC": 2}, "MAX"),
    "dropout_ratio": Float(0.5),
    "local_size": UInt32(5),
    "alpha": Float(1.0),
    "beta": Float(0.75),
    "k": Float(1.0),
    "source": String(),
    "scale": Float(1.0),
    "meanfile": String(),
    "batchsize": UInt32(),
    "cropsize": UInt32(0),
    "mirror": Bool(False),
    "blobs": Repeated(Anything()),
    "blobs_lr": Repeated(Float()),
    "weight_decay": Repeated(Float()),
    "rand_skip": UInt32(0),
    "det_fg_threshold": Float(0.5),
    "det_bg_threshold": Float(0.5),
    "det_fg_fraction": Float(0.25),
    "det_context_pad": UInt32(0),
    "det_crop_mode": String("warp"),
    "new_num": UInt32(0),
    "new_channels": UInt32(0),
    "new_height": UInt32(0),
    "new_width": UInt32(0),
    "shuffle_images": Bool(False),
    "concat_dim": UInt32(1),
    "hdf5_output_param": Anything(),
}
SAME = {"name", "blobs", "blobs_lr", "weight_decay", "hdf5_output_param"}
TRANSFORM = {
    "scale": "scale",
    "meanfile": "mean_file",
    "cropsize": "crop_size",
    "mirror": "mirror",
}  # of any layer; today in its transform_param
RENAMED = {
    "biasterm": "bias_term",
    "kernelsize": "kernel_size",
    "batchsize": "batch_size",
    "shuffle_images": "shuffle",
}
PARAM = {
    "conv": (
        "convolution_param",
        "num_output biasterm weight_filler bias_filler pad kernelsize group stride",
    ),
    "innerproduct": ("inner_product_param", "num_output biasterm weight_filler bias_filler"),
    "pool": ("pooling_param", "pad kernelsize stride pool"),
    "dropout": ("dropout_param", "dropout_ratio"),
    "lrn": ("lrn_param", "local_size alpha beta k"),
    "concat": ("concat_param", "concat_dim"),
    "infogain_loss": ("infogain_loss_param", "source"),
    "data": ("data_param", "source batchsize rand_skip"),
    "hdf5_data": ("hdf5_data_param", "source batchsize"),
    "images": (
        "image_data_param",
        "source batchsize rand_skip shuffle_images new_height new_width",
    ),
    "window_data": (
        "window_data_param",
        "source batchsize det_fg_threshold det_bg_threshold det_fg_fraction det_context_pad "
        "det_crop_mode",
    ),
}  # type -> where its fields stand today, and which it has


def upgraded(layers: tuple[Message, ...]) -> list[Message]:
    """`layers` in the format that followed, if they are of this one."""
    if not any(layer.all("layer") for layer in layers):
        return list(layers)
    for layer in layers:
        _check(layer)
    return [_upgraded(layer) for layer in _without_padding(layers)]


def _check(layer: Message) -> None:
    """Raises ConvertError unless `layer` is of this format, to the last field."""
    connection = read(layer, CONNECTION, "layers")
    if not connection.layer:
        # Caffe: goes on without the name and the type of such a layer.
        raise ConvertError(f"{_place(layer)}: `layers` without `layer`, as the others have it")
    read(connection.layer, LAYER, _named(connection.layer))


def _without_padding(layers: tuple[Message, ...]) -> list[Message]:
    """`layers` without those of type "padding", whose pad goes to the layers that read them."""
    kept = []
    padding: dict[str, Message | None] = {}  # blob -> the padding layer that makes it
    for layer in layers:
        sources = [padding[blob] for blob in layer.all("bottom") if padding.get(blob)]
        if sources:
            layer = _padded(layer, sources[0])
        is_padding = _type(layer) == "padding"
        padding.update(dict.fromkeys(layer.all("top"), layer if is_padding else None))
        kept += [] if is_padding else [layer]
    return kept


def _padded(layer: Message, padding: Message) -> Message:
    """`layer`, a "conv" or "pool", with the pad and the bottom of `padding`."""
    [inner], bottoms = layer.all("layer"), [f for f in padding.fields if f.name == "bottom"]
    if _type(layer) not in ("conv", "pool") or len(layer.all("bottom")) != 1 or len(bottoms) != 1:
        raise ConvertError(
            f"{_place(layer)}: {_named(inner)}: reads a padding layer, expected a conv or pool "
            f"of one bottom, and one bottom of the padding layer"
        )
    pads = [field for field in padding.all("layer")[0].fields if field.name == "pad"]
    inner = replace(inner, fields=[*(f for f in inner.fields if f.name != "pad"), *pads])
    tops = [field for field in layer.fields if field.name == "top"]
    return replace(layer, fields=[Field("layer", inner, inner.line, inner.column), *bottoms, *tops])


def _upgraded(layer: Message) -> Message:
    [inner], type = layer.all("layer"), _type(layer)
    params: dict[str, Message] = {}
    fields = [field for field in layer.fields if field.name != "layer"]
    for field in inner.fields:
        if field.name in SAME:
            fields.append(field)
        elif field.name == "type":
            fields.append(replace(field, value=_number(inner, type)))
        else:
            param, name = _home(inner, type, field)
            message = params.setdefault(param, Message(layer.source, field.line, field.column))
            message.fields.append(replace(field, name=name))
    fields += [Field(name, param, param.line, param.column) for name, param in params.items()]
    return replace(layer, fields=fields)


def _number(inner: Message, type: str) -> Number:
    """The number by which the format that followed knows `type`."""
    if type not in V0:
        raise UnsupportedError(
            f"{_place(inner)}: {_named(inner)}: unknown layer type {type!r}; "
            f"known are padding, {', '.join(V0)}"
        )
    return Number(next(number for number, today in V1.items() if today == V0[type]))


def _home(inner: Message, type: str, field: Field) -> tuple[str, str]:
    """Where `field` stands today: parameter message and field."""
    if field.name in TRANSFORM:
        return "transform_param", TRANSFORM[field.name]
    param, fields = PARAM.get(type, ("", ""))
    if field.name not in fields.split():
        # Caffe: reports it and goes on without it.
        raise ConvertError(
            f"{inner.source}:{field.line}:{field.column}: {_named(inner)}: {field.name} in a "
            f"layer of type {type!r}, which has {fields or 'no such field'}"
        )
    return param, RENAMED.get(field.name, field.name.removeprefix("det_"))


def _type(layer: Message) -> str:
    return next(iter(layer.all("layer")[0].all("type")), "")


def _named(inner: Message) -> str:
    return f"layer {str(next(iter(inner.all('name')), ''))!r}"


def _place(message: Message) -> str:
    return f"{message.source}:{message.line}:{message.column}"
