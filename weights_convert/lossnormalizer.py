"""What Caffe divides a summed loss by: the fields of `loss_param`, and what they mean.

Source  BVLC/caffe src/caffe/layers/softmax_loss_layer.cpp, sigmoid_cross_entropy_loss_layer.cpp,
        infogain_loss_layer.cpp (LayerSetUp, get_normalizer).
"""

from types import SimpleNamespace

from torch import Tensor

from .fields import Bool, Enum, Int32

LOSS = {
    "ignore_label": Int32(),
    "normalization": Enum({"FULL": 0, "VALID": 1, "BATCH_SIZE": 2, "NONE": 3}, "VALID"),
    "normalize": Bool(),
}


def normalization(fields: SimpleNamespace, default: str = "VALID") -> str:
    """FULL, VALID, BATCH_SIZE or NONE, as the fields of `loss_param` say; else `default`."""
    if "normalization" in fields.given:
        return fields.normalization
    if fields.normalize is None:
        return default
    # Caffe: `normalize: false` divides by N, not by 1.
    return "VALID" if fields.normalize else "BATCH_SIZE"


def normalizer(mode: str, outer: int, inner: int, counted: Tensor) -> int | Tensor:
    """What to divide by, at least 1, so that a batch without a label that counts has loss 0.

    outer: the axes before that of the classes, taken together, N most often; inner: those behind
    it; counted: bool, for each label whether it counts.
    """
    if mode == "VALID":
        return counted.sum().clamp(min=1)
    return max({"FULL": outer * inner, "BATCH_SIZE": outer, "NONE": 1}[mode], 1)
