"""Caffe `Python` as the FCN release uses it: a data layer, whose tops the caller feeds instead.

Shape   images (N, 3, H, W), "depth" (N, 1, H, W), labels (N, 1, H, W)
Errors  UnsupportedError for a Python layer with bottoms: its code is not in the prototxt.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, voc_layers.py, nyud_layers.py, siftflow_layers.py,
        pascalcontext_layers.py.
"""

from typing import TYPE_CHECKING, ClassVar

from ..caffelayer import CaffeLayer, Shape
from ..errors import UnsupportedError
from ..fields import Bool, String

if TYPE_CHECKING:
    from ..graph import Layer

PYTHON = {
    "module": String(""),
    "layer": String(""),
    "param_str": String(""),
    "share_in_parallel": Bool(False),
}
SIDE = 500  # pixels; of no effect in a net that takes any size, else the caller gives `shapes`


class Python(CaffeLayer):
    params = {"python_param": PYTHON}
    source = True
    bottoms, tops = (0, None), (1, None)
    channels: ClassVar[dict[str, int]] = {"data": 3, "color": 3, "hha": 3, "depth": 1}

    @classmethod
    def shapes(cls, layer: "Layer") -> list[Shape]:
        """An example shape for each top; what is no image is a label with one channel."""
        if layer.bottoms:
            raise UnsupportedError(
                f"layer {layer.name!r}: a Python layer with bottoms, only data layers are supported"
            )
        return [(1, cls.channels.get(top, 1), SIDE, SIDE) for top in layer.tops]
