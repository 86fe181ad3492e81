"""The bundled sample: drawings in each data set's layout, narrow nets, what Caffe made of them.

Files   VOCdevkit/{VOC2010, VOC2011}, nyud, sift-flow, pascal-context (24, 10, 12, 10 images);
        nets/<net>/{net.prototxt, meta.json, weights.caffemodel.gz},
        caffe_labels/<net>/[<head>/]<id>.png, caffe_scores.json, SHA256SUMS
Errors  DataError for a net or an image that the sample does not have; ChecksumError for weights
        other than those that Caffe ran.
"""

import gzip
import hashlib
import json
import zlib
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import ChecksumError, DataError

FOLDER = Path(str(files(__name__)))
STAND_INS = {"voc2012": ("voc2011", "seg11valid")}  # data set -> data set and split in its place
LAYOUTS = {
    "voc2011": "VOCdevkit/VOC2011",
    "nyudv2": "nyud",
    "siftflow": "sift-flow",
    "pascalcontext": "pascal-context",
}


def nets() -> tuple[str, ...]:
    """The names of the nets, those of the release, in the order of its table."""
    return tuple(_scores())


def weights(net: str) -> Path:
    """The gzipped caffemodel of `net`, whose content is what Caffe saved, checked bit for bit."""
    expected = weights_sha256(net)
    path = FOLDER / "nets" / net / "weights.caffemodel.gz"
    try:
        found = hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
    except (OSError, EOFError, zlib.error) as error:
        raise ChecksumError(
            f"{path}: cannot be read ({error}): install the package again"
        ) from error
    if found != expected:
        raise ChecksumError(
            f"{path}: the caffemodel has SHA-256 {found}, expected {expected}: "
            "install the package again"
        )
    return path


def weights_sha256(net: str) -> str:
    """SHA-256 of the caffemodel of `net` before it was gzipped."""
    meta = FOLDER / "nets" / _known(net) / "meta.json"
    return json.loads(meta.read_text())["weights_sha256"]


def dataset(name: str, split: str) -> tuple[str, str]:
    """The data set and split of the sample that stand for split `split` of `name`.

    Raises DataError for a data set that the sample has nothing of.
    """
    name, split = STAND_INS.get(name, (name, split))
    if name not in LAYOUTS:
        raise DataError(f"--sample: has no {name}, expected one of {', '.join(LAYOUTS)}")
    return name, split


def caffe_counts(net: str, head: str = "score") -> np.ndarray:
    """Caffe's pixel counts over all images, int64 (C, C), rows are the truth."""
    return np.array(_scores()[_known(net)]["heads"][head]["counts"], np.int64)


def caffe_labels(net: str, head: str, id: str) -> np.ndarray:
    """Caffe's label of each pixel of the image `id`, (H, W) uint8."""
    folder = FOLDER / "caffe_labels" / _known(net)
    path = (folder / head if (folder / head).is_dir() else folder) / f"{id}.png"
    if not path.is_file():
        raise DataError(f"image {id!r}: not one of the sample's, see {FOLDER}")
    with Image.open(path) as labels:
        return np.array(labels)


def _known(net: str) -> str:
    if net not in nets():
        raise DataError(f"net {net!r}: not in the sample, expected one of {', '.join(nets())}")
    return net


def _scores() -> dict:
    return json.loads((FOLDER / "caffe_scores.json").read_text())
