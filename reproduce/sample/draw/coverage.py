"""How much of each pixel a thing or a band of the picture covers, from 0 to 1."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from .noise import wave
from .outlines import Part, Shape

FINER = 3  # pixels of the drawing that make a pixel of the coverage, each way


class Pose(NamedTuple):
    """Where a shape is and how large, in pixels; `angle` in radians, clockwise."""

    x: float
    y: float
    half_width: float
    half_height: float
    angle: float = 0.0
    mirrored: bool = False


def coverage(shape: Shape, size: tuple[int, int], pose: Pose) -> np.ndarray:
    """Coverage of the shape, (H, W) float32."""
    height, width = size
    image = Image.new("L", (width * FINER, height * FINER))
    draw = ImageDraw.Draw(image)
    scale = 0.5 * (abs(pose.half_width) + abs(pose.half_height)) * FINER
    for part in shape:
        _add(draw, part, _placed(part, pose), scale)
    return np.asarray(image.reduce(FINER), np.float32) / 255


def band(
    rng: np.random.Generator,
    size: tuple[int, int],
    top: float,
    bottom: float,
    rough: float = 0.02,
    cells: int = 5,
) -> np.ndarray:
    """Coverage of the rows between two wavy lines, (H, W) float64.

    top, bottom, rough: in heights of the picture, whose own edges (0 and 1) have no waves.
    """
    height, width = size
    rows = np.arange(height)[:, None]
    above = top * height + (wave(rng, width, cells) * rough * height if top > 0 else 0)
    below = bottom * height + (wave(rng, width, cells) * rough * height if bottom < 1 else 0)
    return np.clip(rows - above + 0.5, 0, 1) * np.clip(below - rows + 0.5, 0, 1)


def _placed(part: Part, pose: Pose) -> list[tuple[float, float]]:
    """The corners of the part in the finer pixels of the drawing."""
    corners = np.asarray(part.points, float)
    if pose.mirrored:
        corners = corners * (-1, 1)
    x, y = (corners * (pose.half_width, pose.half_height)).T
    cos, sin = np.cos(pose.angle), np.sin(pose.angle)
    across, down = pose.x + cos * x - sin * y, pose.y + sin * x + cos * y
    return list(zip((across * FINER).tolist(), (down * FINER).tolist(), strict=True))


def _add(
    draw: ImageDraw.ImageDraw, part: Part, corners: list[tuple[float, float]], scale: float
) -> None:
    fill = 0 if part.cut else 255
    if part.width:
        draw.line(corners, fill=fill, width=max(1, round(part.width * scale)), joint="curve")
    else:
        draw.polygon(corners, fill=fill)
