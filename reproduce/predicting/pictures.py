"""Any image that Pillow decodes, as a net's photographs are: (H, W, 3) uint8 RGB.

Orientation  turned or mirrored as EXIF says, so that it lies as viewers show it
16 bit       grey: divided by 257 and rounded; colour: Pillow keeps the upper eight bits
Grey         three equal channels
Alpha        laid upon white
CMYK         by Pillow's formula, without colour profile
Palette      the colours that it stands for
Animation    the first frame, or page
Errors       DataError naming the image, for all that cannot be decoded, and for numbers of no
             known range (32-bit, floating point)
"""

import struct
import warnings
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ..errors import DataError

# What Pillow raises for bytes that are no whole image.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
_TURNS = {
    2: "mirrored",
    3: "turned by 180 degrees",
    4: "turned upside down",
    5: "mirrored and turned by 90 degrees",
    6: "turned by 90 degrees",
    7: "mirrored and turned by 270 degrees",
    8: "turned by 270 degrees",
}


class Picture(NamedTuple):
    """The pixels (H, W, 3) uint8 RGB, and what was done to the file's to have them so."""

    rgb: np.ndarray
    notes: tuple[str, ...] = ()


def read(source: Path | BinaryIO, name: str) -> Picture:
    """The image in file or stream `source`, which errors call `name`."""
    try:
        with warnings.catch_warnings():  # of large images: whether they fit is found out later
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source) as image:
                frames = getattr(image, "n_frames", 1)
                image.load()
                return _picture(image, frames)
    except FileNotFoundError:
        raise DataError(f"{name}: no such file, expected an image") from None
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    except _BROKEN as error:
        raise DataError(f"{name}: the image cannot be decoded: {_reason(error, source)}") from error


def _reason(error: Exception, source: Path | BinaryIO) -> str:
    if isinstance(error, UnidentifiedImageError):
        empty = isinstance(source, Path) and not source.stat().st_size
        return f"no format that Pillow knows{' (the file is empty)' if empty else ''}"
    if isinstance(error, Image.DecompressionBombError):
        return f"more than {2 * Image.MAX_IMAGE_PIXELS} pixels, make it smaller"
    return str(error)


def _picture(image: Image.Image, frames: int) -> Picture:
    notes = [f"first of {frames} frames"] if frames > 1 else []
    check_range(image)
    turn = image.getexif().get(ExifTags.Base.Orientation, 1)
    if turn in _TURNS:
        image = ImageOps.exif_transpose(image)
        notes.append(f"{_TURNS[turn]}, as its EXIF orientation says")
    pixels, note = colours(image)
    return Picture(pixels, (*notes, *([note] if note else [])))


def check_range(image: Image.Image) -> None:
    """Raises DataError for numbers of no known range: floating point, and 32 bits."""
    # Older Pillows open a PNG of 16 bits as I, whose numbers may be of any size elsewhere.
    if image.mode == "F" or (image.mode == "I" and image.format != "PNG"):
        raise DataError(
            f"the image has mode {image.mode}, numbers of no known range: save it with 8 or 16 bits"
        )


def colours(image: Image.Image) -> tuple[np.ndarray, str | None]:
    """The pixels as RGB, and what to tell of it."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        grey = np.array(image).astype(np.uint32)
        return np.repeat(((grey + 128) // 257).astype(np.uint8)[..., None], 3, 2), "16-bit grey"
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return np.array(Image.alpha_composite(white, image).convert("RGB")), "alpha upon white"
    note = {"CMYK": "CMYK without its profile", "P": "palette colours"}.get(image.mode)
    return np.array(image.convert("RGB")), note
