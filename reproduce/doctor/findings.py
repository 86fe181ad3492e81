"""What a split of a data set holds: one pass over its labels and the headers of its images.

Errors  DataError naming the file for what the data set's own reader refuses, for an image that
        is missing, and for one whose size is not its label's.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..datasets import VOID, Dataset, ids_sha256, images
from ..datasets.lists import read_lines
from ..errors import DataError

DECODED = 200  # images whose pixels are read; the labels are read of all
SKY = "sky"


@dataclass
class Findings:
    """What was found.  It is made of numbers, texts, lists and dicts, as JSON has them.

    devkit_val: lines of the list val of the devkit, None where the data set has no devkit.
    sizes:    "height x width" -> images.
    classes:  truth -> names.
    pixels:   truth -> pixels of each label value, 0 to 255.
    files:    kind of image -> how many are there; only of data sets that tell their files.
    means:    color, hha: mean of each channel, as stored, over `decoded` images.
    sky:      mean red, green and blue of the pixels labelled sky, None if there are none.
    depth:    of the decoded images, % of pixels `unmeasured`, and `nearest`, `farthest` in mm.
    """

    dataset: str
    split: str
    images: int
    ids_sha256: str
    devkit_val: int | None
    classes: dict[str, list[str]]
    decoded: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    pixels: dict[str, list[int]] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    means: dict[str, list[float]] = field(default_factory=dict)
    sky: list[float] | None = None
    depth: dict[str, float] | None = None


def examine(dataset: Dataset, ids: Sequence[str] | None = None) -> Findings:
    """The Findings of the images `ids`, of all without any given.

    Threads share the work: decoders and zlib let others run.  The pixels of at most DECODED
    images, evenly spaced, are read; HHA and depth only where they are files that are there.
    """
    ids = tuple(dataset.ids if ids is None else ids)
    spaced = {ids[i] for i in np.linspace(0, len(ids) - 1, min(DECODED, len(ids))).astype(int)}
    found = Findings(
        dataset.name,
        dataset.split,
        len(ids),
        ids_sha256(ids),
        len(read_lines(path)) if (path := val_list(dataset)) else None,
        {truth: list(task.classes) for truth, task in dataset.tasks.items()},
    )
    _sum(found, _each(partial(_one, dataset, spaced), ids, f"checking {dataset.name}"))
    return found


def files(dataset: Dataset, id: str) -> dict[str, Path]:
    """Kind of image or truth -> its file, {} of a data set that does not tell."""
    told = getattr(dataset, "files", None)
    return told(id) if told else {}


def val_list(dataset: Dataset) -> Path | None:
    """The list val of the VOC devkit that `dataset` is in, whose length tells the year."""
    if devkit := getattr(dataset, "devkit", None):
        path = devkit / "ImageSets" / "Segmentation" / "val.txt"
        return path if path.is_file() else None
    return None


def _each(read, ids: Sequence[str], what: str):
    """`read(id)` of each; what it raises ends the pass at once, as Ctrl-C does."""
    pool = ThreadPoolExecutor()
    try:
        bar = partial(tqdm, total=len(ids), desc=what, unit="image", leave=False, disable=None)
        yield from bar(pool.map(read, ids))
    finally:
        pool.shutdown(cancel_futures=True)


def _one(dataset: Dataset, spaced: set[str], id: str) -> dict:
    """What is to be summed of one image."""
    labels = dataset.labels(id)
    pixels = {t: np.bincount(label.ravel(), minlength=VOID + 1) for t, label in labels.items()}
    size = next(iter(labels.values())).shape
    there = _check_sizes(dataset, id, size)
    found = {"size": f"{size[0]} x {size[1]}", "pixels": pixels, "there": there}
    return found | (_decoded(dataset, id, there, labels) if id in spaced else {})


def _check_sizes(dataset: Dataset, id: str, size: tuple[int, ...]) -> list[str]:
    """The kinds of image that are there as files.  Only a color image must be."""
    paths = {kind: path for kind, path in files(dataset, id).items() if kind in dataset.kinds}
    there = [kind for kind, path in paths.items() if kind == "color" or path.exists()]
    for kind in there:
        found = images.size(paths[kind])
        if found != size:
            raise DataError(
                f"{paths[kind]}: the {kind} image is {found[0]} x {found[1]}, its label "
                f"{size[0]} x {size[1]} (height x width): expected one size, so one of the two "
                "files is of another copy of the data"
            )
    return there


def _decoded(dataset: Dataset, id: str, there: list[str], labels: dict[str, np.ndarray]) -> dict:
    kinds = [kind for kind in dataset.kinds if kind == "color" or kind in there]
    pixels = {kind: dataset.image(id, kind) for kind in kinds}
    depth, color = pixels.pop("depth", None), pixels.get("color")
    means = {kind: image.reshape(-1, 3).mean(0) for kind, image in pixels.items()}
    found = {"means": means, "sky": _sky(dataset, color, labels)}
    if depth is not None:
        near = depth[depth > 0].min(initial=depth.max())
        found["depth"] = (float((depth == 0).mean()), float(near), float(depth.max()))
    return found


def _sky(dataset: Dataset, color: np.ndarray | None, labels: dict[str, np.ndarray]) -> np.ndarray:
    """(4,) sums of red, green and blue of the sky's pixels, and their number."""
    for truth, task in dataset.tasks.items():
        if color is not None and SKY in task.classes:
            sky = color[labels[truth] == task.classes.index(SKY)]
            return np.array([*sky.sum(0, dtype=np.int64), len(sky)], np.int64)
    return np.zeros(4, np.int64)


def _sum(found: Findings, ones) -> None:
    """Fills `found` with what the images give together."""
    sizes, there, sky, depth = Counter(), Counter(), np.zeros(4, np.int64), []
    pixels = {truth: np.zeros(VOID + 1, np.int64) for truth in found.classes}
    means: dict[str, list[np.ndarray]] = {}
    for one in ones:
        sizes[one["size"]] += 1
        there.update(one["there"])
        for truth, counts in one["pixels"].items():
            pixels[truth] += counts
        found.decoded += "means" in one
        for kind, mean in one.get("means", {}).items():
            means.setdefault(kind, []).append(mean)
        sky += one.get("sky", 0)
        depth += [one["depth"]] if "depth" in one else []
    found.sizes, found.files = dict(sizes.most_common()), dict(there)
    found.pixels = {truth: counts.tolist() for truth, counts in pixels.items()}
    found.means = {kind: np.mean(each, 0).tolist() for kind, each in means.items()}
    found.sky = (sky[:3] / sky[3]).tolist() if sky[3] else None
    found.depth = _depth(depth) if depth else None


def _depth(each: list[tuple[float, float, float]]) -> dict[str, float]:
    unmeasured, nearest, farthest = zip(*each, strict=True)
    mean = 100 * float(np.mean(unmeasured))
    return {"unmeasured": mean, "nearest": min(nearest), "farthest": max(farthest)}
