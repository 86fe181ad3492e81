"""Image and label files, decoded as they are or refused with their name.

Shape   images (H, W, 3) uint8 RGB; labels (H, W) uint8
Errors  DataError for a file that is missing, broken or of another kind.
"""

import struct
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import DataError

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


def check_label(
    path: Path, label: np.ndarray, size: tuple[int, int], classes: int, void: int = 255
) -> None:
    """Raise DataError unless `label` has the image's (H, W) and only classes or void in it."""
    if label.shape != size:
        found, expected = (f"{h} x {w}" for h, w in (label.shape, size))
        raise DataError(f"{path}: the label is {found}, its image {expected} (height x width)")
    wrong = (label >= classes) & (label != void)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        values = ", ".join(map(str, np.unique(label[wrong])))
        raise DataError(
            f"{path}: labels {values}, the first at row {row}, column {column}: "
            f"expected 0 to {classes - 1} or {void} for void"
        )


def _decoded(path: Path, what: str) -> Image.Image:
    try:
        with Image.open(path) as image:
            image.load()
            return image
    except FileNotFoundError:
        raise DataError(f"{path}: the {what} is missing") from None
    except _BROKEN as error:
        raise DataError(f"{path}: the {what} cannot be decoded: {error}") from error
