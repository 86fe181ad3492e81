"""Images and labels of one's own: a folder of each, for training on other classes.

Files   images/<id>.jpg, or another of IMAGES; labels/<id>.png, of mode P or L, whose
        numbers are classes, 255 is void; train.txt and val.txt, one id a line, if there are any.
        Of these two lists one may be missing: its split is what the other leaves.  Without both,
        train is every image.
Label   (H, W) uint8, 0 to classes - 1 or 255
Errors  DataError and MissingError, naming the file.
"""

from pathlib import Path

import numpy as np

from ..errors import DataError, MissingError
from . import VOID, Task, images
from .lists import read_ids, read_lines
from .voc import colour_map

OTHER = {"train": "val", "val": "train"}
IMAGES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm"}


class Folder:
    """One split: a Dataset whose task is "label"."""

    name = "folder"
    kinds = ("color",)

    def __init__(self, folder: Path, split: str, classes: tuple[str, ...]):
        """classes: names, index = label.  Every image of the split must have its label."""
        self.folder, self.split = Path(folder), split
        self.tasks = {"label": Task(classes, colour_map())}
        self._images = _by_id(self.folder / "images", IMAGES)
        self._labels = _by_id(self.folder / "labels", {".png"})
        self.ids = self._ids()
        for id in self.ids:
            self._check(id)

    def __len__(self) -> int:
        return len(self.ids)

    def files(self, id: str) -> dict[str, Path]:
        """The files that `image` and `labels` read."""
        return {"color": self._images[id], "label": self._labels[id]}

    def image(self, id: str, kind: str = "color") -> np.ndarray:
        """The image, (H, W, 3) uint8 RGB."""
        return images.rgb(self._images[id])

    def labels(self, id: str) -> dict[str, np.ndarray]:
        """{"label": (H, W) uint8}."""
        path = self._labels[id]
        label = images.indices(path)
        images.check_classes(path, label, len(self.tasks["label"].classes))
        return {"label": label}

    def _ids(self) -> tuple[str, ...]:
        path = self.folder / f"{self.split}.txt"
        if path.is_file():
            return read_ids(path)
        other = self.folder / f"{OTHER.get(self.split)}.txt"
        if not other.is_file() and self.split != "train":
            raise MissingError(
                f"{path}: no such list: put the ids of split {self.split} there, one a line"
            )
        listed = set(read_ids(other)) if other.is_file() else set()
        if left := tuple(sorted(self._images.keys() - listed)):
            return left
        raise DataError(f"{other}: lists every image, which leaves none for split {self.split}")

    def _check(self, id: str) -> None:
        if id not in self._images:
            raise MissingError(
                f"{self.folder / 'images'}: has no image {id!r}, which is listed: "
                "expected an id to be a file name without its suffix"
            )
        if id not in self._labels:
            raise MissingError(
                f"{self._images[id]}: has no label, expected {self.folder / 'labels' / id}.png: "
                f"add it, or leave the image out by {self.split}.txt"
            )


def open_folder(folder: Path | str, split: str, classes: str | int | tuple[str, ...]) -> Folder:
    """The split of the images in `folder`.  classes: names, or what `class_names` takes."""
    names = classes if isinstance(classes, tuple) else class_names(str(classes))
    return Folder(Path(folder), split, _checked(names, "classes"))


def class_names(text: str) -> tuple[str, ...]:
    """The names that `text` means: a number of classes, a file of names or names with commas.

    >>> class_names("3"), class_names("road, sky")
    (('0', '1', '2'), ('road', 'sky'))
    """
    if text.isdecimal():
        # 255 is void: more cannot be told apart.
        return _checked(tuple(map(str, range(min(int(text), VOID + 1)))), f"classes {text}")
    if Path(text).is_file():
        return _checked(read_lines(Path(text)), text)
    if "," not in text:
        raise DataError(
            f"classes {text!r}: no such file, expected a file with a name a line, a number, or "
            "names with commas between them"
        )
    return _checked(tuple(name.strip() for name in text.split(",")), f"classes {text!r}")


def _checked(names: tuple[str, ...], where: str) -> tuple[str, ...]:
    if not 2 <= len(names) <= VOID:
        raise DataError(f"{where}: {len(names)} classes, expected 2 to {VOID}")
    if twice := sorted({name for name in names if names.count(name) > 1 or not name}):
        raise DataError(f"{where}: class {twice[0]!r}, expected names, each once")
    return names


def _by_id(folder: Path, suffixes: set[str]) -> dict[str, Path]:
    """File name without suffix -> file, of those with one of `suffixes`."""
    if not folder.is_dir():
        raise MissingError(f"{folder}: no such folder: put the {folder.name} there")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in suffixes and not path.name.startswith("."):
            if path.stem in found:
                raise DataError(f"{path}: {found[path.stem].name} has the same id, expected one")
            found[path.stem] = path
    if not found:
        raise DataError(f"{folder}: holds no file of {', '.join(sorted(suffixes))}")
    return found
