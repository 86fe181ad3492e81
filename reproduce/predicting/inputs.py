"""The input blobs of one's own images: the photograph, and the depth that some nets want.

Color  the picture itself
Hha    a PNG as reproduce.hha makes it, or computed of the depth
Depth  a 16-bit PNG, millimetres, 0 where nothing was measured
Errors DataError that says which kinds of image the net takes
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from torch import Tensor

from ..datasets import blobs, images
from ..errors import DataError, MissingError
from ..hha import hha
from ..nets import NetSpec
from .given import Given

OPTIONS = {"hha": "--depth FILE or --hha FILE", "depth": "--depth FILE"}


def check_kinds(spec: NetSpec, depth: Path | None, stored: Path | None) -> None:
    """Raises DataError unless there is just what `spec` takes beside the photograph."""
    kinds = {one.image for one in spec.inputs.values()}
    taken = ", ".join(f"{blob} ({one.image})" for blob, one in spec.inputs.items())
    given = {"depth": depth is not None, "hha": stored is not None or depth is not None}
    for kind in sorted(kinds & OPTIONS.keys()):
        if not given[kind]:
            raise DataError(f"--net {spec.name}: takes {taken}: expected {OPTIONS[kind]} as well")
    for option, path, of in (("--depth", depth, {"depth", "hha"}), ("--hha", stored, {"hha"})):
        if path is not None and not kinds & of:
            raise DataError(f"{option}: {spec.name} takes {taken}: leave it away")
    if depth and stored and "depth" not in kinds:
        raise DataError("--depth and --hha: expected one of them, the HHA image is made of depth")


def blobs_of(
    spec: NetSpec, image: Given, rgb: np.ndarray, depth: Path | None, stored: Path | None
) -> dict[str, Tensor]:
    """Input blob -> (1, c, H, W) float32, of a picture (H, W, 3) uint8 RGB and of what is beside.

    depth, stored: the file of the depth image and of the HHA image, or the folders of the files
    that are called as the photographs.
    """
    kinds = {one.image for one in spec.inputs.values()}
    found = {"color": rgb}
    if depth and "depth" in kinds:
        found["depth"] = images.sixteen_bit(_beside(depth, image)).astype(np.float32)
    if "hha" in kinds:
        found["hha"] = images.rgb(_beside(stored, image)) if stored else _made(depth, image)
    for kind in kinds:
        if found[kind].shape[:2] != rgb.shape[:2]:
            sizes = (" x ".join(map(str, found[k].shape[:2])) for k in (kind, "color"))
            raise DataError(
                f"{image.name}: {kind} is {{}}, the photograph {{}} (height x width): expected one "
                "size".format(*sizes)
            )
    return blobs_from(spec, found)


def blobs_from(spec: NetSpec, kinds: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """Input blob -> (1, c, H, W) float32, of images by their kind."""
    return {name: blobs.blob(kinds[one.image], *one) for name, one in spec.inputs.items()}


def _beside(path: Path, image: Given) -> Path:
    """`path`, or the PNG file in that folder that is called as the photograph."""
    if not path.is_dir():
        return path
    file = path / f"{image.stem}.png"
    if not file.exists():
        raise MissingError(f"{file}: no such file, expected what belongs to {image.name} there")
    return file


def check_single(images: Iterable[Given], paths: Iterable[Path | None]) -> None:
    """Raises DataError for a file that is to belong to several photographs."""
    count = len(list(images))
    for path in paths:
        if path and count > 1 and not path.is_dir():
            raise DataError(f"{path}: is one file for {count} photographs, expected a folder")


def _made(depth: Path, image: Given) -> np.ndarray:
    path = _beside(depth, image)
    try:
        return hha(images.sixteen_bit(path))
    except DataError as error:
        where = "" if str(error).startswith(str(path)) else f"{path}: "
        raise DataError(
            f"{where}{error}; for another camera or unit make the HHA image with "
            "`python -m reproduce.hha` and give it as --hha"
        ) from error
