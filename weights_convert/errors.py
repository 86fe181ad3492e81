"""Everything that can be wrong with a Caffe model, in the words of its files."""

from collections.abc import Iterator
from contextlib import contextmanager


class ConvertError(ValueError):
    """Base of all errors raised by weights_convert."""


class PrototxtError(ConvertError):
    """A prototxt that Caffe's text parser would refuse; the text begins FILE:LINE:COLUMN."""


class CaffemodelError(ConvertError):
    """A caffemodel whose bytes are not what the wire format or its own sizes promise."""


class UnsupportedError(ConvertError):
    """A layer type, or a field of one, whose Caffe meaning we do not reproduce."""


class ShapeError(ConvertError):
    """Blobs or parameters whose shapes do not fit; Caffe's CHECK fails here too."""


class WeightsError(ConvertError):
    """Parameters that do not belong to the net: missing, left over or of another shape."""


@contextmanager
def naming(thing: str) -> Iterator[None]:
    """Errors raised within it begin with `thing`, but for those that name a place in a file."""
    try:
        yield
    except PrototxtError:
        raise
    except ConvertError as error:
        raise type(error)(f"{thing}: {error}") from None
