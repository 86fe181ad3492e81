"""Image, truth, Caffe's labels, ours and the difference, of some images of the bundled sample.

Ours is computed when the page is made, by the fast engine on the CPU.
"""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from weights_convert.fast import Fast, fold

from .. import nets, sample, weights
from ..datasets import VOID, Dataset, Task, blobs, open_dataset
from ..evaluate import predicted
from ..precision import exact
from ..predicting.drawing import label_png
from ..predicting.tasks import dataset_of, tasks_of
from .markup import Html, joined, tag
from .provenance import code

NETS = ("voc-fcn8s", "nyud-fcn32s-color-hha", "siftflow-fcn8s", "pascalcontext-fcn8s")
CPU = torch.device("cpu")
# Colours of the picture of differences; a pixel has the last that holds.
COLOURS = {
    "as the truth": (232, 232, 226),
    "not the truth": (224, 138, 30),
    "not scored": (176, 176, 170),
    "not Caffe's": (179, 18, 110),
}


@dataclass(frozen=True)
class Labelled:
    """One head of one image: labels (H, W) uint8, the truth's with VOID."""

    id: str
    image: np.ndarray
    truth: np.ndarray
    caffe: np.ndarray
    ours: np.ndarray
    task: Task


def section(count: int) -> Html:
    """`count` images of each data set of the sample; nothing if that is 0."""
    if not count:
        return Html()
    return joined([_key(), *(_article(net, count) for net in _bar(count))])


def _bar(count: int):
    return tqdm(NETS, desc="gallery", unit="net", leave=False, disable=None)


def _article(net: str, count: int) -> Html:
    spec = nets.load(net)
    dataset = open_dataset(dataset_of(spec), sample.FOLDER, offline=True, checked=False)
    count = min(count, len(dataset.ids))
    ids = [dataset.ids[index * len(dataset.ids) // count] for index in range(count)]
    module = fold(weights.bundled(net).net())
    figures = (_figure(each) for id in ids for each in labelled(spec, dataset, module, id))
    checksum = code(sample.weights_sha256(net))
    note = tag("p", f"Weights of {net}, narrow, sha256 ", checksum, class_="sources")
    title = tag("h3", f"{dataset.name}, {net}: {len(ids)} of {len(dataset.ids)} drawings")
    return tag("article", title, note, *figures)


def labelled(spec: nets.NetSpec, dataset: Dataset, module: Fast, id: str) -> Iterator[Labelled]:
    """Each head of the image `id`, computed by `module`."""
    with exact(), torch.inference_mode():
        given = blobs.sample(dataset, id, inputs=spec.inputs)
        found = predicted(module, tuple(spec.heads), CPU, given)
    for head, task in tasks_of(spec).items():
        caffe = sample.caffe_labels(spec.name, head, id)
        truth, ours = given.labels[spec.heads[head]], found[head].numpy()
        yield Labelled(id, dataset.image(id, "color"), truth, caffe, ours, task)


def differences(one: Labelled) -> np.ndarray:
    """(H, W) uint8: for each pixel which of COLOURS holds of ours."""
    kinds = np.zeros(one.ours.shape, np.uint8)
    kinds[one.ours != one.truth] = 1
    kinds[one.truth == VOID] = 2
    kinds[one.ours != one.caffe] = 3
    return kinds


def _figure(one: Labelled) -> Html:
    palette, kinds = one.task.palette, differences(one)
    colours = np.zeros((256, 3), np.uint8)
    colours[: len(COLOURS)] = list(COLOURS.values())
    scored = one.truth != VOID
    wrong, other = int((scored & (one.ours != one.truth)).sum()), int((kinds == 3).sum())
    pictures = {
        "image": _rgb(one.image),
        "truth": label_png(one.truth, palette),
        "Caffe": label_png(one.caffe, palette),
        "ours": label_png(one.ours, palette),
        "difference": label_png(kinds, colours),
    }
    what = {
        "image": "drawn image",
        "truth": "true labels",
        "Caffe": "labels of real Caffe",
        "ours": "our labels",
        "difference": f"{other} labels other than Caffe's, {wrong} other than the truth",
    }
    caption = (
        f"{one.id}: {other} of {one.ours.size} labels are other than Caffe's, {wrong} of the "
        f"{scored.sum()} scored ones other than the truth."
    )
    shown = (_picture(name, data, f"{one.id}: {what[name]}") for name, data in pictures.items())
    return tag(
        "figure",
        tag("div", *shown, class_="pictures"),
        tag("figcaption", caption, _legend(one)),
        class_="labelled",
    )


def _picture(name: str, data: bytes, alt: str) -> Html:
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    image = tag("img", src=source, alt=alt, width=width, height=height)
    return tag("span", image, tag("span", name, class_="name"))


def _rgb(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", optimize=True)
    return file.getvalue()


def _legend(one: Labelled) -> Html:
    """Colour and name of each class in the truth or in ours."""
    there = np.union1d(one.truth, one.ours)
    found = [label for label in there.tolist() if label < len(one.task.classes)]
    return _swatches({one.task.classes[label]: one.task.palette[label] for label in found})


def _key() -> Html:
    text = "In the pictures of differences, a pixel of ours is"
    return tag("p", text, _swatches(COLOURS), class_="notes")


def _swatches(colours) -> Html:
    parts = (
        tag("span", tag("i", style=f"background:rgb({r},{g},{b})"), name)
        for name, (r, g, b) in colours.items()
    )
    return tag("span", *parts, class_="swatches")
