"""Label the images of a split into PNG files; a run that was stopped goes on.

FOLDER/<id>.png   the labels of an image, see submission.py
FOLDER/run.json   which run they are of: data, weights, code and device
"""

import json
from contextlib import closing
from functools import partial
from pathlib import Path

import torch
from tqdm import tqdm

from weights_convert.fast import fold

from . import atomic, nets
from .datasets import Dataset, Sample, blobs, ids_sha256
from .errors import DataError
from .evaluate import predicted
from .loader import samples
from .precision import exact
from .provenance import provenance
from .submission import Size, image_faults, png
from .weights import Weights

NOTE = "run.json"


def label_images(
    dataset: Dataset, net: str, weights: Weights, device: torch.device, folder: Path
) -> dict[str, Size]:
    """Write FOLDER/<id>.png of the images that lack one; returns every photograph's (H, W).

    Images that another run left there are removed first.  Raises DataError or ConvertError.
    """
    sizes = _kept(dataset, weights, device, folder)
    try:
        _label_rest(dataset, net, weights, device, folder, sizes)
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise DataError(f"not enough memory on {device}: {error}") from error
    return sizes


def discard(folder: Path) -> None:
    """Remove the images and the folder, once they are elsewhere."""
    for path in [*folder.glob("*.png"), folder / NOTE]:
        path.unlink()
    folder.rmdir()


def _label_rest(
    dataset: Dataset,
    net: str,
    weights: Weights,
    device: torch.device,
    folder: Path,
    sizes: dict[str, Size],
) -> None:
    module = fold(weights.net().to(device))
    lacking = [id for id in dataset.ids if id not in sizes]
    read = partial(_unlabelled, dataset, inputs=nets.load(net).inputs)
    bar = partial(tqdm, total=len(dataset), initial=len(sizes), unit="image", leave=False)
    with exact(), torch.inference_mode(), closing(samples(read, lacking)) as todo:
        for one in bar(todo, disable=None):
            labels = predicted(module, ("score",), device, one)["score"].cpu().numpy()
            atomic.write(folder / f"{one.id}.png", png(labels), durable=False)
            sizes[one.id] = tuple(one.inputs["data"].shape[2:])


def _unlabelled(dataset: Dataset, id: str, inputs: dict[str, blobs.Input]) -> Sample:
    return Sample(id, blobs.images(dataset, id, inputs), {})


def _kept(
    dataset: Dataset, weights: Weights, device: torch.device, folder: Path
) -> dict[str, Size]:
    """The photographs' sizes of the ids whose images the same run has left whole in `folder`."""
    key = {
        "dataset": dataset.name,
        "ids": ids_sha256(dataset.ids),
        "weights": weights.sha256,
        "made": {**provenance(device), "date": None},
    }
    if not _is_note_of(folder / NOTE, key):
        for left in folder.glob("*.png"):
            left.unlink()
        atomic.write(folder / NOTE, json.dumps(key))
    sizes = {}
    for id in dataset.ids:
        if (image := folder / f"{id}.png").exists():
            size = dataset.image(id, "color").shape[:2]
            if not image_faults(image.read_bytes(), size):
                sizes[id] = size
    return sizes


def _is_note_of(note: Path, key: dict) -> bool:
    try:
        return json.loads(note.read_text("utf-8")) == key
    except (OSError, ValueError):
        return False
