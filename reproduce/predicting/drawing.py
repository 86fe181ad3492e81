"""Labels as pictures: a PNG in the data set's colours, and an overlay with a legend.

Label    (H, W) uint8, classes
Picture  (H, W, 3) uint8 RGB
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..datasets import Task
from .shares import Share

STRENGTH = 0.6  # of a label's colour upon the photograph
MARGIN = 8  # pixels, around the legend


def label_png(labels: np.ndarray, palette: np.ndarray) -> bytes:
    """The labels as a PNG of mode P, palette (256, 3) uint8 RGB: its pixels are the classes."""
    return _png(label_image(labels, palette))


def label_image(labels: np.ndarray, palette: np.ndarray) -> Image.Image:
    """The same as an image; `numpy.array` of it gives the labels back."""
    image = Image.fromarray(labels)
    image.putpalette(palette.tobytes())
    return image


def overlay(rgb: np.ndarray, labels: np.ndarray, task: Task) -> np.ndarray:
    """The picture with the colour of each pixel's class laid upon it, but for the background."""
    colours = task.palette[labels]
    mixed = (rgb * (1 - STRENGTH) + colours * STRENGTH + 0.5).astype(np.uint8)
    if task.classes[0] == "background":
        mixed[labels == 0] = rgb[labels == 0]
    return mixed


def with_legend(picture: np.ndarray, shares: list[Share], task: Task) -> bytes:
    """PNG: the picture, and on its right the colour, name and share of each class in it."""
    height, width = picture.shape[:2]
    font = _font(height)
    lines = [f"{one.name} {100 * one.share:.1f} %" for one in shares]
    row = 2 * round(font.getbbox("Ay")[3] * 0.75)
    side = 3 * MARGIN + row + max(round(font.getlength(line)) for line in lines)
    canvas = Image.new("RGB", (width + side, max(height, 2 * MARGIN + row * len(lines))), "white")
    canvas.paste(Image.fromarray(picture), (0, 0))
    draw = ImageDraw.Draw(canvas)
    for index, (one, line) in enumerate(zip(shares, lines, strict=True)):
        left, top = width + MARGIN, MARGIN + index * row
        colour = tuple(task.palette[one.label].tolist())
        draw.rectangle([left, top, left + row - 5, top + row - 5], colour, outline="black")
        draw.text((left + row + MARGIN // 2, top), line, fill="black", font=font)
    return _png(canvas)


def _font(height: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Pillow's own, in proportion to a picture of this height where it can be scaled."""
    try:
        return ImageFont.load_default(max(11, height // 32))
    except TypeError:  # Pillow 10.0 has one size
        return ImageFont.load_default()


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
