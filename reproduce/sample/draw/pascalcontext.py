"""Drawn PASCAL-Context: scenes labelled all over, in 59 of the 459 raw classes and in others.

Files   VOCdevkit/VOC2010/{JPEGImages/<id>.jpg, ImageSets/Main/{train,val}.txt},
        pascal-context/{trainval/<id>.mat with `LabelMap` uint16, labels.txt, 59_labels.txt}
Size    110 to 140 x 140 to 180 (height x width)
Label   1 to 459; things and ground of the 400 classes that are none of the 59 are drawn grey
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from ...datasets.lists import read_lines
from ...datasets.pascalcontext_classes import CLASSES, RAW_NAMES
from .. import FOLDER
from . import encoding
from .canvas import Canvas
from .classes import numbers
from .coverage import Pose, band, coverage
from .placement import Deal, dealt, free_place, stand
from .seeds import generator
from .shapes import SHAPES
from .textures import Look, grey_ground, look_of

NAME = "pascalcontext"
EVALUATED = tuple(f"2008_{2 + 5 * i:06}" for i in range(10))
TRAINING = tuple(f"2010_{1 + i:06}" for i in range(400))
DEVKIT, LABELS = "VOCdevkit/VOC2010", "pascal-context"


GROUNDS = numbers(
    CLASSES[1:],
    "grass; ground; road; snow; water; track; sidewalk; platform; floor; rock; wood; bedcloth",
)
BACKS = numbers(CLASSES[1:], "sky; building; mountain; tree; wall; ceiling; fence; curtain")
THINGS = [number for number in range(1, len(CLASSES)) if number not in GROUNDS + BACKS]
OUTLINES = tuple(SHAPES.values())
# VOC's classes have their own shapes, the others go through the shapes after those.
OUTLINE_OF = {
    number: OUTLINES[number - 1 if number <= 20 else 20 + 7 * at % 20]
    for at, number in enumerate(THINGS)
}


class Raw(NamedTuple):
    """The 459 raw labels."""

    names: tuple[str, ...]  # of label 1 and on
    of: tuple[int, ...]  # the label of each of CLASSES, 0 of the background
    others: tuple[int, ...]  # the labels that none of CLASSES is


@cache
def raw() -> Raw:
    """The raw labels, as the bundled list names them."""
    lines = read_lines(FOLDER / LABELS / "labels.txt")
    names = tuple(line.partition(": ")[2] for line in lines)
    number_of = {name.replace(" ", ""): number for number, name in enumerate(names, 1)}
    of = tuple(number_of[RAW_NAMES.get(name, name)] for name in CLASSES[1:])
    others = tuple(number for number in range(1, len(names) + 1) if number not in of)
    return Raw(names, (0, *of), others)


def evaluated() -> dict[str, tuple[list[int], ...]]:
    """{id of a val image: (its things, its grounds, what is behind)}."""
    return _dealt("val", EVALUATED, 3)


def training() -> dict[str, tuple[list[int], ...]]:
    """{id of a training image: (its things, its grounds, what is behind)}."""
    return _dealt("train", TRAINING, 2)


def lists() -> dict[str, tuple[str, ...]]:
    """{path of a list: its lines}."""
    return {
        f"{DEVKIT}/ImageSets/Main/train.txt": TRAINING,
        f"{DEVKIT}/ImageSets/Main/val.txt": EVALUATED,
        f"{LABELS}/labels.txt": _numbered(raw().names),
        f"{LABELS}/59_labels.txt": _numbered(CLASSES[1:]),
    }


def paths(id: str) -> tuple[str, str]:
    """The paths of the image and of its label."""
    return f"{DEVKIT}/JPEGImages/{id}.jpg", f"{LABELS}/trainval/{id}.mat"


def drawn(id: str, things: list[int], grounds: list[int], backs: list[int]) -> tuple[bytes, bytes]:
    """The files at `paths`."""
    image, labels = scene(id, things, grounds, backs)
    return encoding.jpeg(image), encoding.mat("LabelMap", labels.astype(np.uint16))


def scene(
    id: str, things: list[int], grounds: list[int], backs: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Image (H, W, 3) uint8 RGB, and raw labels (H, W) int32."""
    rng = generator("context", id)
    size = int(rng.integers(110, 141)), int(rng.integers(140, 181))
    canvas = Canvas(rng, size)
    horizon = rng.uniform(0.35, 0.6)
    canvas.labels[:] = _other(rng)
    _behind(canvas, horizon, backs)
    _ground(canvas, horizon, grounds)
    others = rng.integers(0, 2)
    for number in things:
        half = rng.uniform(0.2, 0.33) * size[0]
        stand(canvas, OUTLINE_OF[number], _look(number), raw().of[number], half)
    for _ in range(others):
        _grey_thing(canvas)
    return canvas.finished(), canvas.labels


def _behind(canvas: Canvas, horizon: float, backs: list[int]) -> None:
    """What is above the horizon, if anything; of two, the second is on the right."""
    rng, size = canvas.rng, canvas.size
    if rng.random() < 0.8:
        _paint(canvas, band(rng, size, 0, horizon, 0.03), backs[0])
    if backs[1:] and backs[1] != backs[0]:
        cut = rng.uniform(0.3, 0.7) * size[1]
        _paint(canvas, band(rng, size, 0, horizon, 0.02) * (np.arange(size[1]) > cut), backs[1])


def _ground(canvas: Canvas, horizon: float, grounds: list[int]) -> None:
    """What is below the horizon, if anything; of two, the second is in front."""
    rng, size = canvas.rng, canvas.size
    if rng.random() < 0.85:
        _paint(canvas, band(rng, size, horizon, 1, 0.02), grounds[0])
    if grounds[1:] and grounds[1] != grounds[0]:
        top = rng.uniform(horizon + 0.15, 0.85)
        _paint(canvas, band(rng, size, top, 1, 0.02), grounds[1])


def _grey_thing(canvas: Canvas) -> None:
    """A thing of a class that is none of the 59."""
    rng, size = canvas.rng, canvas.size
    half = rng.uniform(0.16, 0.26) * size[0]
    pose = Pose(*free_place(canvas, half), half, half)
    cover = coverage(OUTLINES[rng.integers(20, 40)], size, pose)
    canvas.lay(cover, grey_ground(rng, size), _other(rng))


def _paint(canvas: Canvas, cover: np.ndarray, number: int) -> None:
    canvas.paint(cover, _look(number), raw().of[number])


def _other(rng: np.random.Generator) -> int:
    return raw().others[rng.integers(len(raw().others))]


def _dealt(split: str, ids: tuple[str, ...], least: int) -> dict[str, tuple[list[int], ...]]:
    return dealt(
        ids,
        Deal(f"ctx-{split}", THINGS, least, 5),
        Deal(f"ctx-{split}-g", GROUNDS, 1, 2),
        Deal(f"ctx-{split}-b", BACKS, 1, 2),
    )


def _numbered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{number}: {name}" for number, name in enumerate(names, 1))


def _look(number: int) -> Look:
    return look_of(number - 1, 12, ("plain", "bars", "dots", "dark", "check"))
