"""The fields of Caffe's `NetParameter` and `LayerParameter`, less those of the layer types.

Source  BVLC/caffe src/caffe/proto/caffe.proto.
"""

from .fields import Anything, Bool, Enum, Float, Int32, Int64, Nested, Repeated, String, UInt32

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
TRANSFORM = {
    "scale": Float(1.0),
    "mirror": Bool(False),
    "crop_size": UInt32(0),
    "mean_file": String(""),
    "mean_value": Repeated(Float()),
    "force_color": Bool(False),
    "force_gray": Bool(False),
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
    "transform_param": Nested(TRANSFORM),
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
