"""Makes the files of a Case: weights given, bundled or from a seed, and an image of the sample.

Image   a bundled drawing, brought to the size, as JPEG and as input blobs.  Where a net takes depth
        or HHA, the same picture stands for them
"""

import gzip
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from reproduce import nets, sample, weights
from reproduce.datasets.blobs import Input, blob
from reproduce.errors import DataError
from weights_convert import load_net, write_caffemodel
from weights_convert.prototxt_writer import write_prototxt

from . import seeded
from .case import Case

DRAWING = sample.FOLDER / "VOCdevkit/VOC2011/JPEGImages/2011_000001.jpg"
QUALITY = 90
SET_ON = (224, 224)  # pixels of the image on which scores are set, whatever the case's size
MILLIMETRES = 20  # of depth for each grey level


def make(
    net: str,
    size: tuple[int, int],
    folder: Path,
    *,
    narrow: bool = False,
    given: Path | None = None,
) -> Case:
    """The case of `net` at `size` (height, width); files that are in `folder` already stay.

    narrow: the bundled weights of the sample.  given: a folder of caffemodels under their released
    names.  Raises DataError or ConvertError.
    """
    spec = nets.load(net)
    folder.mkdir(parents=True, exist_ok=True)
    case = Case(net, *size, folder, tuple(spec.heads), _about(spec, narrow, given))
    _draw(case, spec)
    if case.caffemodel.exists():
        return case
    if narrow:
        path = sample.weights(net)
        case.caffemodel.write_bytes(gzip.decompress(path.read_bytes()))
        case.prototxt.write_bytes((path.parent / "net.prototxt").read_bytes())
        return case
    case.prototxt.write_text(write_prototxt(spec.prototxt()), "utf-8")
    if given:
        case.caffemodel.symlink_to(weights.own(spec, given).path.resolve())
    else:
        _write_seeded(case, spec)
    return case


def blobs_of(spec: nets.NetSpec, rgb: np.ndarray) -> dict[str, np.ndarray]:
    """Input blob -> (1, c, H, W) float32, of a picture (H, W, 3) uint8 RGB."""
    return {name: _blob(one, rgb) for name, one in spec.inputs.items()}


def _blob(one: Input, rgb: np.ndarray) -> np.ndarray:
    picture = rgb[:, :, 1].astype(np.float32) * MILLIMETRES if one.image == "depth" else rgb
    return blob(picture, *one).numpy()


def _about(spec: nets.NetSpec, narrow: bool, given: Path | None) -> str:
    if narrow:
        return "narrow, of the sample"
    if not given:
        return f"seed {seeded.SEED}"
    return f"given, sha256 {weights.own(spec, given).sha256[:12]}"


def _draw(case: Case, spec: nets.NetSpec) -> None:
    _drawing((case.width, case.height)).save(case.jpeg, quality=QUALITY)
    with Image.open(case.jpeg) as picture:
        np.savez(case.npz, **blobs_of(spec, np.array(picture)))


def _drawing(size: tuple[int, int]) -> Image.Image:
    """The drawing at `size`, width and height."""
    if not DRAWING.is_file():
        raise DataError(f"{DRAWING}: not there, expected a drawing of the bundled sample")
    with Image.open(DRAWING) as drawing:
        return drawing.convert("RGB").resize(size)


def _write_seeded(case: Case, spec: nets.NetSpec) -> None:
    net = load_net(case.prototxt, None)
    blobs = blobs_of(spec, np.array(_drawing(SET_ON)))
    seeded.fill(net, {name: torch.from_numpy(x) for name, x in blobs.items()})
    types = {layer.name: layer.type for layer in net.graph.layers}
    write_caffemodel(case.caffemodel, net.params(), types)
