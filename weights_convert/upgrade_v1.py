"""`layers { type: CONVOLUTION ... }`, the format of 2013 to 2014, as today's `layer`.

Source  BVLC/caffe src/caffe/util/upgrade_proto.cpp (UpgradeV1LayerParameter),
        src/caffe/proto/caffe.proto (V1LayerParameter).
"""

from dataclasses import replace
from itertools import zip_longest

from .fields import Anything, Enum, Float, Repeated, String, read
from .layertypes import V1, V1_ENUM
from .netparameter import SHARE_MODE
from .prototxt import Field, Message

LAYER = {
    "bottom": Repeated(String()),
    "top": Repeated(String()),
    "name": String(""),
    "include": Repeated(Anything()),
    "exclude": Repeated(Anything()),
    "type": Enum(V1_ENUM, "NONE"),
    "blobs": Repeated(Anything()),
    "param": Repeated(String()),
    "blob_share_mode": Repeated(Enum(SHARE_MODE)),
    "blobs_lr": Repeated(Float()),
    "weight_decay": Repeated(Float()),
    "loss_weight": Repeated(Float()),
    "accuracy_param": Anything(),
    "argmax_param": Anything(),
    "concat_param": Anything(),
    "contrastive_loss_param": Anything(),
    "convolution_param": Anything(),
    "data_param": Anything(),
    "dropout_param": Anything(),
    "dummy_data_param": Anything(),
    "eltwise_param": Anything(),
    "exp_param": Anything(),
    "hdf5_data_param": Anything(),
    "hdf5_output_param": Anything(),
    "hinge_loss_param": Anything(),
    "image_data_param": Anything(),
    "infogain_loss_param": Anything(),
    "inner_product_param": Anything(),
    "loss_param": Anything(),
    "lrn_param": Anything(),
    "memory_data_param": Anything(),
    "mvn_param": Anything(),
    "pooling_param": Anything(),
    "power_param": Anything(),
    "relu_param": Anything(),
    "sigmoid_param": Anything(),
    "slice_param": Anything(),
    "softmax_param": Anything(),
    "tanh_param": Anything(),
    "threshold_param": Anything(),
    "transform_param": Anything(),
    "window_data_param": Anything(),
}
# In `layers`, one list each for all blobs; today, a field of the `param` block of each blob.
BLOCKS = {
    "param": "name",
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "weight_decay": "decay_mult",
}


def upgraded(layer: Message) -> Message:
    """`layer` of `layers` as Caffe's upgrade writes it."""
    name = next(iter(layer.all("name")), "")
    values = read(layer, LAYER, f"layer {str(name)!r}")
    type = V1.get(V1_ENUM[values.type], "")
    fields = [
        replace(field, value=type) if field.name == "type" else field
        for field in layer.fields
        if field.name not in BLOCKS
    ]
    return Message(layer.source, layer.line, layer.column, [*fields, *_blocks(layer)])


def _blocks(layer: Message) -> list[Field]:
    """A `param` block for each blob of which one of the lists says something."""
    lists = [
        [replace(field, name=today) for field in layer.fields if field.name == name]
        for name, today in BLOCKS.items()
    ]
    blocks = []
    for said in zip_longest(*lists):
        fields = [field for field in said if field]
        place = (fields[0].line, fields[0].column)
        blocks.append(Field("param", Message(layer.source, *place, fields), *place, *place))
    return blocks
