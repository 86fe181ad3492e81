"""Which images a command line means: files, folders, patterns, and - for standard input."""

import glob
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from ..errors import DataError, MissingError
from .pictures import Picture, read

STREAM = "-"


class Given(NamedTuple):
    """An image to label.  stem: what its results are called; id: of the sample's own images."""

    name: str
    stem: str
    id: str | None = None

    def picture(self) -> Picture:
        """Raises DataError."""
        if self.name != STREAM:
            return read(Path(self.name), self.name)
        if not (data := sys.stdin.buffer.read()):
            raise DataError("-: standard input is empty, expected the bytes of an image")
        return read(io.BytesIO(data), "-")


def named(words: Iterable[str]) -> tuple[list[Given], list[str]]:
    """The images that `words` name, and what to tell of folders.

    Raises MissingError for a word that names nothing, DataError for two images of one stem.
    """
    found, told = [], []
    for word in words:
        if Path(word).is_dir():
            inside, others = _of_folder(Path(word))
            found += inside
            told += [_left_out(word, others)] if others else []
        else:
            found += _of_word(word)
    # a word may name the same file as another does
    unique = [Given(name, _stem(name)) for name in dict.fromkeys(found)]
    _check_stems(unique)
    return unique, told


def _of_folder(folder: Path) -> tuple[list[str], list[Path]]:
    """The images in `folder`, and its other files."""
    known = Image.registered_extensions()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    found = [str(path) for path in files if path.suffix.lower() in known]
    if not found:
        raise MissingError(f"{folder}: holds no image, expected files such as photo.jpg")
    return found, [path for path in files if path.suffix.lower() not in known]


def _left_out(word: str, others: list[Path]) -> str:
    kinds = ", ".join(sorted({path.suffix.lower() or path.name for path in others}))
    return f"{word}: {len(others)} left out, of no kind of image that Pillow knows: {kinds}"


def _of_word(word: str) -> list[str]:
    if word == STREAM or Path(word).exists() or not glob.has_magic(word):
        return [word]
    paths = map(Path, glob.glob(word, recursive=True))  # noqa: PTH207, Path has no absolute ones
    if not (found := sorted(str(path) for path in paths if not path.is_dir())):
        raise MissingError(f"{word}: no file fits this pattern")
    return found


def _stem(name: str) -> str:
    return "stdin" if name == STREAM else Path(name).stem


def _check_stems(images: list[Given]) -> None:
    first: dict[str, Given] = {}
    for image in images:
        if (other := first.setdefault(image.stem, image)) is not image:
            raise DataError(
                f"{image.name}: its results would have the names of those of {other.name}: label "
                "them apart, each with an --out of its own"
            )
