"""Drawn SIFT Flow: outdoor scenes 128 x 128 in 33 semantic and 3 geometric classes.

Files   sift-flow/{Images,SemanticLabels,GeoLabels}/<SCENES>/<id>.{jpg,mat}, variable `S`;
        sift-flow/{test,trainval}.txt
Labels  semantic 1 to 33, 0 void; geometric 1 sky, 2 horizontal, 3 vertical, -1 void
"""

import numpy as np

from ...datasets.siftflow import SCENES, SEMANTIC
from . import encoding
from .canvas import Canvas, blank
from .classes import numbers
from .coverage import Pose, band, coverage
from .outlines import rectangle
from .placement import Deal, dealt, stand
from .seeds import generator
from .shapes import SHAPES
from .textures import Look, look_of

NAME = "siftflow"
KINDS = (
    *("coast", "forest", "highway", "insidecity"),
    *("mountain", "opencountry", "street", "tallbuilding"),
)
TEST_KINDS = sorted((*KINDS, "coast", "insidecity", "opencountry", "street"))
EVALUATED = tuple(f"{kind}_smp{100 + 7 * i}" for i, kind in enumerate(TEST_KINDS))
TRAINING = tuple(f"{KINDS[i % len(KINDS)]}_smp{1000 + i}" for i in range(300))
SIZE = (128, 128)
SHAPE_OF = {
    "awning": "hourglass",
    "balcony": "comb",
    "bird": "bird",
    "boat": "boat",
    "bridge": "diningtable",
    "bus": "bus",
    "car": "car",
    "cow": "cow",
    "door": "box",
    "fence": "ladder",
    "moon": "crescent",
    "person": "person",
    "plant": "pottedplant",
    "pole": "tee",
    "sign": "sign",
    "staircase": "stairs",
    "streetlight": "lamp",
    "sun": "disc",
    "window": "frame",
}
FULL = (rectangle(-1, -1, 1, 1),)


(SKY,) = numbers(SEMANTIC, "sky")
MOUNTAIN, BUILDING, TREE, ROCK = BACKS = numbers(SEMANTIC, "mountain; building; tree; rock")
GROUNDS = numbers(SEMANTIC, "road; grass; field; sand; sea; river; desert")
PATHS = SIDEWALK, CROSSWALK = numbers(SEMANTIC, "sidewalk; crosswalk")
THINGS = sorted(numbers(SEMANTIC, "; ".join(SHAPE_OF)) + PATHS)
ABSENT = numbers(SEMANTIC, "cow; desert; moon")  # as in the real test split
HIGH = numbers(SEMANTIC, "bird; sun; moon")
GEOMETRIC = np.full(1 + len(SEMANTIC), 3)
GEOMETRIC[numbers(SEMANTIC, "sky; sun; moon")] = 1
GEOMETRIC[GROUNDS + PATHS] = 2


def evaluated() -> dict[str, tuple[list[int], ...]]:
    """{id of a test image: (its things, its grounds, what is behind)}."""
    things, grounds = ([c for c in of if c not in ABSENT] for of in (THINGS, GROUNDS))
    return dealt(
        EVALUATED,
        Deal("sift-test", things, 3, 4),
        Deal("sift-test-g", grounds, 1, 2),
        Deal("sift-test-b", BACKS, 1, 1),
    )


def training() -> dict[str, tuple[list[int], ...]]:
    """{id of a training image: (its things, its grounds, what is behind)}."""
    return dealt(
        TRAINING,
        Deal("sift-train", THINGS, 2, 5),
        Deal("sift-train-g", GROUNDS, 1, 2),
        Deal("sift-train-b", BACKS, 1, 1),
    )


def lists() -> dict[str, tuple[str, ...]]:
    """{path of a list: its lines}."""
    return {"sift-flow/test.txt": EVALUATED, "sift-flow/trainval.txt": TRAINING}


def paths(id: str) -> tuple[str, str, str]:
    """The paths of the image and of its semantic and geometric labels."""
    return (
        f"sift-flow/Images/{SCENES}/{id}.jpg",
        f"sift-flow/SemanticLabels/{SCENES}/{id}.mat",
        f"sift-flow/GeoLabels/{SCENES}/{id}.mat",
    )


def drawn(
    id: str, things: list[int], grounds: list[int], backs: list[int]
) -> tuple[bytes, bytes, bytes]:
    """The files at `paths`."""
    image, *labels = scene(id, things, grounds, backs)
    semantic, geometric = (encoding.mat("S", label.astype(np.float64)) for label in labels)
    return encoding.jpeg(image), semantic, geometric


def scene(
    id: str, things: list[int], grounds: list[int], backs: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image (H, W, 3) uint8 RGB, semantic and geometric labels (H, W) int."""
    rng = generator("sift", id)
    canvas = Canvas(rng, SIZE)
    horizon = rng.uniform(0.38, 0.55)
    canvas.paint(np.ones(SIZE), _look(SKY), SKY)
    _BEHIND[backs[0]](canvas, horizon, backs[0])
    _ground(canvas, horizon, grounds)
    for label in things:
        (_path if label in PATHS else _thing)(canvas, horizon, label)
    semantic, geometric = canvas.labels.copy(), GEOMETRIC[canvas.labels]
    blank(rng, semantic, 0, 0.5, FULL, (16, 7), tilt=0.4)  # void is not the same in both
    blank(rng, geometric, -1, 0.5, SHAPES["disc"], (14, 14))
    return canvas.finished(), semantic, geometric


def _ridge(canvas: Canvas, horizon: float, label: int) -> None:
    cover = band(canvas.rng, SIZE, horizon - 0.16, 1, 0.09, 4)
    canvas.paint(cover, _look(label), label)


def _blocks(canvas: Canvas, horizon: float, label: int) -> None:
    rng, (height, width) = canvas.rng, SIZE
    left = rng.uniform(0, 0.3) * width
    while left < width:
        wide = rng.uniform(0.18, 0.38) * width
        tall = height * (0.5 - horizon + rng.uniform(0.15, 0.33))
        pose = Pose(left + wide / 2, height * 0.5, wide / 2, tall)
        canvas.paint(coverage(FULL, SIZE, pose), _look(label), label)
        left += wide * rng.uniform(1.02, 1.5)


def _lumps(canvas: Canvas, horizon: float, label: int) -> None:
    rng, (height, width) = canvas.rng, SIZE
    shape = SHAPES["drop" if label == ROCK else "sheep"]
    for _ in range(rng.integers(2, 5)):
        half = rng.uniform(0.12, 0.24) * height
        pose = Pose(rng.uniform(0, width), horizon * height - 0.4 * half, half, half)
        canvas.paint(coverage(shape, SIZE, pose), _look(label), label)


_BEHIND = {MOUNTAIN: _ridge, BUILDING: _blocks, TREE: _lumps, ROCK: _lumps}


def _ground(canvas: Canvas, horizon: float, grounds: list[int]) -> None:
    """One ground from the horizon on, and in front of it another if there are two."""
    far, near = (grounds + grounds)[:2]
    canvas.paint(band(canvas.rng, SIZE, horizon, 1, 0.01, 3), _look(far), far)
    if near != far:
        top = canvas.rng.uniform(horizon + 0.18, 0.85)
        canvas.paint(band(canvas.rng, SIZE, top, 1, 0.03, 3), _look(near), near)


def _path(canvas: Canvas, horizon: float, label: int) -> None:
    rng = canvas.rng
    top = rng.uniform(horizon + 0.1, 0.85)
    cover = band(rng, SIZE, top, top + rng.uniform(0.09, 0.15), 0.01, 2)
    if label == CROSSWALK:
        cover = cover * ((np.arange(SIZE[1]) + rng.integers(20)) % 20 < 13)
    canvas.paint(cover, _look(label), label)


def _thing(canvas: Canvas, horizon: float, label: int) -> None:
    at = _emptiest(canvas, horizon, label in HIGH)
    least, most = (0.09, 0.16) if label in HIGH else (0.15, 0.26)
    half = canvas.rng.uniform(least, most) * SIZE[0]
    shape = SHAPES[SHAPE_OF[SEMANTIC[label - 1]]]
    stand(canvas, shape, _look(label), label, half, at, tilt=0.12)


def _emptiest(canvas: Canvas, horizon: float, high: bool) -> tuple[float, float]:
    """Of eight places in the sky or on the ground, the one farthest from all things."""
    rng, (height, width), half = canvas.rng, SIZE, 14
    line = horizon * height
    top, bottom = (0.5 * half, line) if high else (line - 0.5 * half, height - 0.75 * half)
    places = [
        (rng.uniform(0.6 * half, width - 0.6 * half), rng.uniform(top, bottom)) for _ in range(8)
    ]
    gaps = [
        min((np.hypot(x - at, y - down) for at, down, _ in canvas.taken), default=1)
        for x, y in places
    ]
    return places[int(np.argmax(gaps))]


def _look(label: int) -> Look:
    return look_of(label - 1, 11, ("plain", "bars", "dots"))
