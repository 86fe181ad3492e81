"""Drawn PASCAL VOC 2011: things of 20 classes on grey ground, with void borders.

Files   VOCdevkit/VOC2011/{JPEGImages/<id>.jpg, SegmentationClass/<id>.png,
        ImageSets/Segmentation/{train,val,seg11valid,trainval}.txt}
Size    110 to 150 x 140 to 190 (height x width)
"""

import numpy as np

from ...datasets import VOID
from ...datasets.voc import CLASSES, colour_map
from . import encoding
from .canvas import Canvas, blank, borders
from .placement import Deal, dealt, stand
from .seeds import generator
from .shapes import SHAPES
from .textures import Look, look_of

NAME = "voc2011"
EVALUATED = tuple(f"2011_{1 + 3 * i:06}" for i in range(24))
TRAINING = tuple(f"2011_{1000 + i:06}" for i in range(400))
DEVKIT = "VOCdevkit/VOC2011"
THINGS = range(1, len(CLASSES))


def evaluated() -> dict[str, tuple[list[int], ...]]:
    """{id of an image to evaluate: (its things,)}."""
    return dealt(EVALUATED, Deal("voc-val", THINGS, 2, 4))


def training() -> dict[str, tuple[list[int], ...]]:
    """{id of a training image: (its things,)}."""
    return dealt(TRAINING, Deal("voc-train", THINGS, 1, 4))


def lists() -> dict[str, tuple[str, ...]]:
    """{path of a list: its lines}."""
    folder = f"{DEVKIT}/ImageSets/Segmentation"
    return {
        f"{folder}/train.txt": TRAINING,
        f"{folder}/val.txt": EVALUATED,
        f"{folder}/seg11valid.txt": EVALUATED,
        f"{folder}/trainval.txt": EVALUATED + TRAINING,
    }


def paths(id: str) -> tuple[str, str]:
    """The paths of the image and of its label."""
    return f"{DEVKIT}/JPEGImages/{id}.jpg", f"{DEVKIT}/SegmentationClass/{id}.png"


def drawn(id: str, things: list[int]) -> tuple[bytes, bytes]:
    """The files at `paths`."""
    image, labels = scene(id, things)
    return encoding.jpeg(image), encoding.indices_png(labels, colour_map())


def scene(id: str, things: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Image (H, W, 3) uint8 RGB, and labels (H, W) uint8."""
    rng = generator("voc", id)
    height, width = int(rng.integers(110, 151)), int(rng.integers(140, 191))
    canvas = Canvas(rng, (height, width))
    crowded = 1.0 if len(things) < 3 else 0.85
    for label in things:
        half = rng.uniform(0.22, 0.42) * height * crowded
        stand(canvas, SHAPES[CLASSES[label]], _look(label), label, half, tilt=0.3)
    labels = canvas.labels.astype(np.uint8)
    labels[borders(canvas.labels)] = VOID
    blank(rng, labels, VOID, 0.15, SHAPES["disc"], (11, 8))  # as if hard to tell
    return canvas.finished(), labels


def _look(label: int) -> Look:
    return look_of(label - 1, 10, ("plain", "bars"))
