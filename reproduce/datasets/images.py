"""Image and label files, decoded as they are or refused with their name.

Shape   images (H, W, 3) uint8 RGB; labels (H, W) uint8; depth images (H, W) uint16
Errors  DataError for a file that is missing, broken or of another kind.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import DataError
from . import VOID

# What Pillow raises for bytes that are no whole image.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)


def rgb(path: Path) -> np.ndarray:
    """The image, (H, W, 3) uint8; a grey one has three equal channels."""
    image = _decoded(path, "image")
    if image.mode not in ("RGB", "L"):
        raise DataError(f"{path}: the image has mode {image.mode}, expected RGB or grey")
    return np.array(image.convert("RGB"))


def indices(path: Path) -> np.ndarray:
    """The label image as the numbers that are stored, (H, W) uint8: palette indices or grey."""
    image = _decoded(path, "label")
    if image.mode not in ("P", "L"):
        raise DataError(
            f"{path}: the label has mode {image.mode}, which is colours, not palette indices: "
            "expected a PNG of mode P or L"
        )
    return np.array(image)


def sixteen_bit(path: Path) -> np.ndarray:
    """The numbers of a grey PNG of 16 bits a pixel, (H, W) uint16, such as a depth image."""
    image = _decoded(path, "image")
    if image.mode not in ("I;16", "I"):  # I: how older Pillows open such a PNG
        raise DataError(
            f"{path}: the image has mode {image.mode}, of 8 bits, expected 16-bit grey (uint16)"
        )
    return np.array(image).astype(np.uint16)


def check_classes(path: Path, label: np.ndarray, classes: int) -> None:
    """Raise DataError unless `label` (H, W) holds only classes, 0 to `classes` - 1, and 255."""
    wrong = (label >= classes) & (label != VOID)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        values = ", ".join(map(str, np.unique(label[wrong])))
        raise DataError(
            f"{path}: labels {values}, the first at row {row}, column {column}: "
            f"expected 0 to {classes - 1} or {VOID} for void"
        )


def size(path: Path) -> tuple[int, int]:
    """Height and width as the image's header has them; its pixels are not decoded."""
    with _opened(path, "image") as image:
        return image.height, image.width


def _decoded(path: Path, what: str) -> Image.Image:
    with _opened(path, what) as image:
        image.load()
        return image


@contextmanager
def _opened(path: Path, what: str) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as image:
            yield image
    except FileNotFoundError:
        raise DataError(f"{path}: the {what} is missing") from None
    except _BROKEN as error:
        raise DataError(f"{path}: the {what} cannot be decoded: {error}") from error
