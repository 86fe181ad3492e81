"""Drawn NYUDv2: rooms with depth in 40 classes, seen by a level camera 1.3 m above the floor.

Files   nyud/data/{images,hha,depth}/img_<id>.png, nyud/segmentation/img_<id>.mat with
        `segmentation` uint16, nyud/{test,train,val}.txt
Size    103 to 109 x 136 to 144 (height x width)
Label   1 to 40, 0 void at borders
Depth   16-bit PNG, millimetres
HHA     31000 / depth in cm, height in cm, angle between normal and up + 38 in degrees
"""

import numpy as np

from ...datasets.nyudv2_release import CLASSES
from . import encoding
from .canvas import Canvas, blank, borders
from .classes import numbers
from .coverage import Pose, coverage
from .outlines import rectangle
from .placement import Deal, dealt
from .room import Room
from .seeds import generator
from .shapes import SHAPES
from .textures import Look, look_of

NAME = "nyudv2"
EVALUATED = tuple(f"{5001 + 11 * i}" for i in range(10))
TRAINING = tuple(f"{6001 + i}" for i in range(300))
TRAIN = 200  # of TRAINING, the rest are val
SHAPE_OF = {  # of the others a box
    "bed": "sofa",
    "chair": "chair",
    "sofa": "sofa",
    "table": "diningtable",
    "window": "frame",
    "bookshelf": "ladder",
    "counter": "diningtable",
    "blinds": "comb",
    "desk": "diningtable",
    "shelves": "ladder",
    "mirror": "disc",
    "clothes": "bag",
    "books": "stairs",
    "television": "tvmonitor",
    "shower curtain": "comb",
    "person": "person",
    "night stand": "mug",
    "toilet": "mug",
    "sink": "hourglass",
    "lamp": "lamp",
    "bathtub": "boat",
    "bag": "bag",
    "otherstructure": "cross",
    "otherfurniture": "ring",
    "otherprop": "star",
}
WALL, CEILING, FLOOR, MAT = numbers(CLASSES, "wall; ceiling; floor; floor mat")
ON_WALL = numbers(
    CLASSES,
    "door; window; picture; blinds; curtain; mirror; towel; shower curtain; whiteboard; clothes; "
    "television; shelves; paper",
)
ON_FLOOR = numbers(
    CLASSES,
    "cabinet; bed; chair; sofa; table; bookshelf; counter; desk; dresser; pillow; floor mat; "
    "books; refridgerator; box; person; night stand; toilet; sink; lamp; bathtub; bag; "
    "otherstructure; otherfurniture; otherprop",
)


def evaluated() -> dict[str, tuple[list[int], ...]]:
    """{id of a test image: (its things on the wall, those on the floor)}."""
    on_wall = Deal("nyud-test-w", ON_WALL, 1, 2)
    return dealt(EVALUATED, on_wall, Deal("nyud-test", ON_FLOOR, 3, 4))


def training() -> dict[str, tuple[list[int], ...]]:
    """{id of a training image: (its things on the wall, those on the floor)}."""
    on_wall = Deal("nyud-train-w", ON_WALL, 1, 3)
    return dealt(TRAINING, on_wall, Deal("nyud-train", ON_FLOOR, 2, 4))


def lists() -> dict[str, tuple[str, ...]]:
    """{path of a list: its lines}."""
    splits = {"test": EVALUATED, "train": TRAINING[:TRAIN], "val": TRAINING[TRAIN:]}
    return {f"nyud/{split}.txt": ids for split, ids in splits.items()}


def paths(id: str) -> tuple[str, ...]:
    """The paths of the image, its HHA, its depth and its label."""
    images = (f"nyud/data/{kind}/img_{id}.png" for kind in ("images", "hha", "depth"))
    return *images, f"nyud/segmentation/img_{id}.mat"


def drawn(id: str, on_wall: list[int], on_floor: list[int]) -> tuple[bytes, ...]:
    """The files at `paths`."""
    image, hha, depth, labels = scene(id, on_wall, on_floor)
    segmentation = encoding.mat("segmentation", labels.astype(np.uint16))
    return *map(encoding.png, (image, hha, depth)), segmentation


def scene(
    id: str, on_wall: list[int], on_floor: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Image and HHA (H, W, 3) uint8, depth (H, W) uint16 in mm, labels (H, W) int32."""
    rng = generator("nyud", id)
    size = int(rng.integers(103, 110)), int(rng.integers(136, 145))
    canvas = Canvas(rng, size)
    room = Room(rng, size)
    _empty(canvas, room)
    for label in on_wall:
        _hang(canvas, room, label)
    _furnish(canvas, room, on_floor)
    room.measure(rng)
    labels = canvas.labels.copy()
    labels[borders(canvas.labels)] = 0
    blank(rng, labels, 0, 0.5, (rectangle(-1, -1, 1, 1),), (12, 8))
    hha = room.hha(rng)
    return canvas.finished(), hha, np.rint(1000 * room.depth).astype(np.uint16), labels


def _empty(canvas: Canvas, room: Room) -> None:
    canvas.paint(np.ones(canvas.size), _look(WALL), WALL)
    canvas.paint(room.is_ceiling.astype(float), _look(CEILING), CEILING)
    canvas.paint(room.is_floor.astype(float), _look(FLOOR), FLOOR)


def _hang(canvas: Canvas, room: Room, label: int) -> None:
    rng, (height, width) = canvas.rng, canvas.size
    half = rng.uniform(0.16, 0.25) * height
    x, y = rng.uniform(half, width - half), room.horizon + rng.uniform(-0.18, 0.06) * height
    pose = Pose(x, y, half, half * rng.uniform(0.9, 1.3))
    room.hang(canvas.paint(_cover(canvas, label, pose), _look(label), label))


def _furnish(canvas: Canvas, room: Room, labels: list[int]) -> None:
    """Stands the things side by side on the floor, those far away first."""
    rng, count = canvas.rng, len(labels)
    farthest = max(1.4, room.wall - 0.35)
    away = sorted(rng.uniform(1.25, farthest, count), reverse=True)
    for label, z, side in zip(labels, away, rng.permutation(count), strict=True):
        _stand(canvas, room, label, z, (side, count))


def _stand(canvas: Canvas, room: Room, label: int, away: float, side: tuple[int, int]) -> None:
    """A thing of 0.7 to 1.2 m, `away` metres off, in place `side[0]` of `side[1]`."""
    rng, (height, width) = canvas.rng, canvas.size
    half = rng.uniform(0.36, 0.6) * room.focal / away
    half = float(np.clip(half, 15, 0.4 * height))
    x = width * (side[0] + rng.uniform(0.3, 0.7)) / side[1]
    y = min(room.foot(away), height + 0.3 * half) - half
    flat = label == MAT
    middle, tall = (y + 0.6 * half, half * 0.35) if flat else (y, half)
    pose = Pose(x, middle, half, tall, rng.uniform(-0.06, 0.06), rng.random() < 0.5)
    covered = canvas.paint(_cover(canvas, label, pose), _look(label), label)
    if flat:
        room.lay(covered)
    else:
        room.stand(covered, away, (x, y), half)


def _cover(canvas: Canvas, label: int, pose: Pose) -> np.ndarray:
    shape = SHAPES[SHAPE_OF.get(CLASSES[label - 1], "box")]
    return coverage(shape, canvas.size, pose)


def _look(label: int) -> Look:
    return look_of(label - 1, 10, ("plain", "bars", "dots", "dark"))
