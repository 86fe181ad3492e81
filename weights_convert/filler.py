"""The fields of Caffe's `FillerParameter`, which says how a parameter begins in training."""

from .fields import Enum, Float, Int32, String

FILLER = {
    "type": String("constant"),
    "value": Float(0.0),
    "min": Float(0.0),
    "max": Float(1.0),
    "mean": Float(0.0),
    "std": Float(1.0),
    "sparse": Int32(-1),
    "variance_norm": Enum({"FAN_IN": 0, "FAN_OUT": 1, "AVERAGE": 2}, "FAN_IN"),
}
