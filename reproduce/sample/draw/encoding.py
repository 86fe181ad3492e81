"""The bytes of the files.

With numpy 2.4.6, Pillow 13.0.0 (libjpeg-turbo 3.2.0) and scipy 1.17.1 they are those of the
bundled files; other versions may encode the same pixels in other bytes, and a JPEG may decode to
pixels that are off by a little.
"""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

HEADER = b"MATLAB 5.0 MAT-file, make_sample.py".ljust(116)  # as the bundled files have it


def jpeg(image: np.ndarray) -> bytes:
    """A JPEG file of (H, W, 3) uint8 RGB, with colours at full resolution."""
    return _saved(Image.fromarray(image), "JPEG", quality=93, subsampling=0)


def png(image: np.ndarray) -> bytes:
    """A PNG file of (H, W, 3) uint8 RGB or (H, W) uint16."""
    return _saved(Image.fromarray(image), "PNG", optimize=True)


def indices_png(labels: np.ndarray, palette: np.ndarray) -> bytes:
    """A PNG file of (H, W) uint8 with a palette, (256, 3) uint8 RGB."""
    image = Image.frombytes("P", labels.shape[::-1], labels.tobytes())
    image.putpalette(palette.tobytes())
    return _saved(image, "PNG", optimize=True)


def mat(name: str, array: np.ndarray) -> bytes:
    """A .mat file of version 5 with one variable."""
    from scipy import io as matlab  # only to draw: the package runs without scipy

    file = io.BytesIO()
    matlab.savemat(file, {name: array}, do_compression=True)
    return HEADER + file.getvalue()[len(HEADER) :]  # scipy's own header has the date in it


def lines(texts: Iterable[str]) -> bytes:
    """A text file of one text a line."""
    return "".join(f"{text}\n" for text in texts).encode()


def _saved(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
