"""Python layers of the pycaffe view, as the release's data layers: classes of the user's own.

A prototxt names module and class in `python_param`; the module is found on sys.path.  Only layers
without bottoms, which read data, are supported.
"""

from importlib import import_module

from .errors import UnsupportedError
from .graph import Layer as GraphLayer
from .layers.python import PYTHON
from .pycaffe_blob import Blob, Known


class Layer:
    """What a Python layer derives from: it has setup, reshape and forward, each (bottom, top).

    param_str: of the prototxt; phase: TRAIN or TEST of pycaffe; blobs: none.
    """

    param_str = ""
    phase = 1
    blobs = ()


class DataLayer(Known):
    """A layer that makes inputs: a Python layer, or one whose tops the script writes itself."""

    blobs = ()

    def __init__(self, layer: GraphLayer, phase: int):
        """Raises UnsupportedError for a Python layer that cannot be had."""
        self.type, self._layer, self._top = layer.type, layer, [Blob() for _ in layer.tops]
        self._own = _made(layer, phase) if layer.type == "Python" else None
        if self._own is not None:
            self._own.setup([], self._top)
            self.reshape()

    def reshape(self) -> None:
        """Lets a Python layer give its tops their shapes."""
        if self._own is not None:
            self._own.reshape([], self._top)

    def forward(self) -> None:
        """Lets a Python layer write its tops."""
        self.reshape()
        if self._own is not None:
            self._own.forward([], self._top)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Top -> the shape that a Python layer gave it."""
        if self._own is None:
            return {}
        return {name: blob.shape for name, blob in zip(self._layer.tops, self._top, strict=True)}

    def tops(self) -> dict[str, Blob]:
        return dict(zip(self._layer.tops, self._top, strict=True))


def _made(layer: GraphLayer, phase: int) -> Layer:
    """The object of the class that `layer` names."""
    fields = layer.fields("python_param", PYTHON)
    where = f"layer {layer.name!r}: Python layer {fields.module}.{fields.layer}"
    if layer.bottoms:
        raise UnsupportedError(f"{where} with bottoms, only data layers are supported")
    try:
        kind = getattr(import_module(fields.module), fields.layer, None)
    except ModuleNotFoundError as error:
        if error.name != fields.module:
            raise  # the module is there, something that it imports is not
        raise UnsupportedError(
            f"{where}: there is no {fields.module}.py on sys.path, put its folder there"
        ) from None
    if not (isinstance(kind, type) and issubclass(kind, Layer)):
        raise UnsupportedError(f"{where}: expected a class derived from weights_convert's Layer")
    own = kind()
    own.param_str, own.phase = fields.param_str, phase
    return own
