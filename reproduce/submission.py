"""The archive that PASCAL VOC's evaluation server takes: label images, packed and checked.

Archive  gzipped tar; the same images give the same bytes
Layout   results/VOC<year>/Segmentation/<competition>_<split>_cls/<id>.png, the split is test
Image    PNG of mode P with VOC's colour map, as large as its photograph; labels 0 to 20, no void
Source   VOCopts.seg.clsrespath in VOCcode/VOCinit.m of the VOC devkits; that it must be .tar.gz or
         .tgz, of exact sizes and labels: zhanghang1989/PyTorch-Encoding, issues 190 and 225
"""

import gzip
import io
import re
import struct
import tarfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image

from . import atomic
from .datasets.voc import CLASSES, colour_map

COMPETITIONS = {"comp5": "trained on VOC's data alone", "comp6": "trained on other data as well"}
SUFFIXES = (".tar.gz", ".tgz")
# The 1,456 of VOC2012 are in Chen et al., arXiv:1606.00915, section 4.1.  No text at hand gives
# the images of VOC2011 test, so they are not counted.
TEST_IMAGES = {2012: 1456}
PLACE = re.compile(r"results/VOC(\d{4})/Segmentation/(comp\d+)_(\w+)_cls")
_UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)

Size = tuple[int, int]  # height, width


class Layout(NamedTuple):
    """Where in the archive the images are."""

    year: int
    competition: str
    split: str

    @property
    def folder(self) -> str:
        """The folder of the images, as the evaluation server looks for it."""
        return f"results/VOC{self.year}/Segmentation/{self.competition}_{self.split}_cls"


def png(labels: np.ndarray) -> bytes:
    """The file of a label image (H, W) uint8, in VOC's colours."""
    image, file = Image.fromarray(labels), io.BytesIO()
    image.putpalette(colour_map().tobytes())
    image.save(file, "PNG")
    return file.getvalue()


def pack(images: Path, ids: Iterable[str], layout: Layout, archive: Path) -> None:
    """Write `images`/<id>.png of each id into `archive`, in one step.  Raises DataError."""
    packed = io.BytesIO()
    # mtime and the empty name: else gzip notes the time and the name in the file
    with (
        gzip.GzipFile("", "wb", fileobj=packed, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        folder = PurePosixPath(layout.folder)
        for parent in [*reversed(folder.parents[:-1]), folder]:
            tar.addfile(_header(f"{parent}/", tarfile.DIRTYPE, 0o755))
        for id in ids:
            content = (images / f"{id}.png").read_bytes()
            header = _header(f"{folder}/{id}.png", tarfile.REGTYPE, 0o644, len(content))
            tar.addfile(header, io.BytesIO(content))
    atomic.write(archive, packed.getvalue())


def layout_of(archive: Path) -> Layout | None:
    """The layout of the first image that has one, None if none has."""
    with suppress(*_UNREADABLE):
        for name, _ in _files(archive):
            if found := PLACE.fullmatch(str(PurePosixPath(name).parent)):
                return Layout(int(found[1]), *found.group(2, 3))
    return None


def labels(archive: Path) -> Iterator[tuple[str, np.ndarray]]:
    """(id, labels (H, W) uint8) of each image of an archive without faults, in its order."""
    for name, content in _files(archive):
        with Image.open(io.BytesIO(content)) as image:
            yield PurePosixPath(name).stem, np.array(image)


def faults(archive: Path, layout: Layout, sizes: Mapping[str, Size] | None = None) -> list[str]:
    """What the server would not take, one line for each kind of fault; empty if nothing.

    sizes: of the photograph of each id in the list; None: list and sizes are not compared.
    """
    wrong, ids = defaultdict(list), []
    try:
        for name, content in _files(archive):
            path = PurePosixPath(name)
            if str(path.parent) != layout.folder:
                text = f"in the folder {path.parent}, expected {layout.folder}"
                wrong[text].append(path.name)
            if content is None or path.suffix != ".png":
                wrong["does not belong here, expected files <id>.png alone"].append(name)
                continue
            ids.append(path.stem)
            for text in image_faults(content, sizes.get(path.stem) if sizes else None):
                wrong[text].append(path.stem)
    except _UNREADABLE as error:
        expected = " or ".join(SUFFIXES)
        return [f"cannot be read as a gzipped tar ({error}): expected {expected}"]
    found = [f"{_named(names)}: {text}" for text, names in wrong.items()]
    return [*found, *_list_faults(ids, layout, sizes)]


def image_faults(content: bytes, size: Size | None) -> list[str]:
    """What is wrong with the file of one label image; size: of its photograph, if known."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
    except _BROKEN:
        return ["no PNG, or not a whole one"]
    if b"IEND" not in content[-12:]:
        return ["no PNG, or not a whole one"]
    if image.mode != "P":
        return [f"mode {image.mode}, expected P, a palette image whose numbers are the labels"]
    label = np.array(image)
    found = [text for text in (_wrong_labels(label), _wrong_palette(image, label)) if text]
    if size and label.shape != size:
        found.append(f"{_size(label.shape)}, expected the photograph's {_size(size)} (h x w)")
    return found


def _files(archive: Path) -> Iterator[tuple[str, bytes | None]]:
    """Name and content of each member that is no folder; None for what is no file."""
    whole = io.BytesIO(gzip.decompress(archive.read_bytes()))
    with tarfile.open(fileobj=whole, mode="r:") as tar:
        for member in tar:
            if not member.isdir():
                yield member.name, tar.extractfile(member).read() if member.isreg() else None


def _header(name: str, kind: bytes, mode: int, size: int = 0) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)  # its time is 0, its owner 0 without a name
    header.type, header.mode, header.size = kind, mode, size
    return header


def _wrong_labels(label: np.ndarray) -> str:
    outside = np.unique(label[label >= len(CLASSES)]).tolist()
    if not outside:
        return ""
    void = " (void is for the truth alone)" if 255 in outside else ""
    return f"labels {', '.join(map(str, outside))}, expected 0 to {len(CLASSES) - 1}{void}"


def _wrong_palette(image: Image.Image, label: np.ndarray) -> str:
    palette = np.reshape(image.getpalette("RGB") or (), (-1, 3))[: len(CLASSES)]
    colours = min(int(label.max()) + 1, len(CLASSES))
    if len(palette) >= colours and (palette == colour_map()[: len(palette)]).all():
        return ""
    return "a palette that is not VOC's colour map"


def _list_faults(ids: list[str], layout: Layout, sizes: Mapping[str, Size] | None) -> Iterator[str]:
    found = Counter(ids)
    if twice := [id for id, times in found.items() if times > 1]:
        yield f"{_named(twice)}: more than once in the archive"
    if sizes is None:
        expected = TEST_IMAGES.get(layout.year) if layout.split == "test" else None
        if not found or (expected and len(found) != expected):
            yield f"{len(found)} images, expected {expected or 'those'} of VOC{layout.year} test"
        return
    if missing := [id for id in sizes if id not in found]:
        yield f"{_named(missing)}: missing"
    if extra := [id for id in found if id not in sizes]:
        yield f"{_named(extra)}: not in the list of {layout.split}"


def _named(names: list[str]) -> str:
    """The first names, and how many there are if that is more."""
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
