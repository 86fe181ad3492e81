"""Draws the images of the sample, and the images that its nets were trained on, which it lacks.

Every pixel is drawn from a seed, nothing is photographed or downloaded: the drawings may be used
and passed on freely.  An image depends on the seed, its data set and its id alone.

A data set is a file here: NAME, which reproduce.datasets opens it as; EVALUATED and TRAINING, its
ids; evaluated() and training(), {id: what is on it}; lists(), {path: lines}; paths(id);
drawn(id, *what is on it), the bytes at those paths.

Bytes   with numpy 2.4.6, Pillow 13.0.0 and scipy 1.17.1 those of the bundled files; other versions
        may encode them differently, see encoding.py
Errors  DataError for a data set or an image that is not known, for a folder that has other images
        or cannot be written, and without scipy.
"""

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from types import ModuleType

from tqdm import tqdm

from weights_convert import ConvertError
from weights_convert.optional import optional

from ... import atomic
from ...errors import DataError
from ...loader import samples
from . import encoding, nyudv2, pascalcontext, siftflow, voc

DRAWN = {"voc": voc, "sift": siftflow, "nyud": nyudv2, "context": pascalcontext}


def draw(
    folder: Path,
    data_set: str,
    *,
    train: bool = False,
    ids: Sequence[str] | None = None,
    workers: int | None = None,
) -> Path:
    """Draws what `folder` lacks of a data set, in that data set's own layout; returns `folder`.

    data_set: voc, sift, nyud or context, or their names in reproduce.datasets (voc2011, ...).
    train: the training images too.  ids: only these images, of whichever split.
    workers: processes that draw; 0 is none but this one, None as many as `loader.samples` takes.

    All lists are written, whatever is drawn.  Each file is written in one step, so that after a
    run that was stopped the same call goes on.  Raises DataError, see above.
    """
    module, folder = named(data_set), Path(folder)
    lists = _missing_lists(module, folder)
    todo = missing(folder, data_set, train=train, ids=ids)
    if todo:
        _check_scipy()
    if todo or lists:
        atomic.check_writable(folder)
    for path, lines in lists.items():
        _write(path, encoding.lines(lines))
    coming = samples(partial(_draw, folder, module.NAME), todo, workers)
    for _ in tqdm(coming, data_set, len(todo), unit="image", leave=False, disable=None):
        pass
    return folder


def named(data_set: str) -> ModuleType:
    """The file of a data set.  Raises DataError for one that is not drawn."""
    modules = DRAWN | {module.NAME: module for module in DRAWN.values()}
    if data_set not in modules:
        raise DataError(
            f"data set {data_set!r}: there are no drawings of it, expected one of "
            f"{', '.join(DRAWN)}"
        )
    return modules[data_set]


def missing(
    folder: Path, data_set: str, *, train: bool = False, ids: Sequence[str] | None = None
) -> tuple[str, ...]:
    """The ids of the images that `draw` would draw, at least one of whose files is not there."""
    module = named(data_set)
    return tuple(id for id in _asked(module, train, ids) if _absent(folder, module, id))


def _asked(module: ModuleType, train: bool, ids: Sequence[str] | None) -> tuple[str, ...]:
    if ids is None:
        return module.EVALUATED + (module.TRAINING if train else ())
    if unknown := [id for id in ids if id not in module.EVALUATED + module.TRAINING]:
        ranges = " or ".join(f"{of[0]} to {of[-1]}" for of in (module.EVALUATED, module.TRAINING))
        raise DataError(
            f"image {unknown[0]!r}: there is no such drawing of {module.NAME}, expected an id of "
            f"its lists, {ranges}"
        )
    return tuple(dict.fromkeys(ids))


def _absent(folder: Path, module: ModuleType, id: str) -> list[Path]:
    return [path for name in module.paths(id) if not (path := Path(folder, name)).is_file()]


def _missing_lists(module: ModuleType, folder: Path) -> dict[Path, tuple[str, ...]]:
    """The lists that are not there.  Raises DataError for one that is not that of the drawings."""
    lists = {folder / name: lines for name, lines in module.lists().items()}
    there = {path for path in lists if path.is_file()}
    for path in sorted(there):
        if path.read_text("utf-8", "replace") != encoding.lines(lists[path]).decode():
            raise DataError(
                f"{path}: is not the list of the drawings, does the folder have the real images "
                "or others? expected an empty folder or one drawn into before, choose another"
            )
    return {path: lines for path, lines in lists.items() if path not in there}


def _draw(folder: Path, data_set: str, id: str) -> None:
    """Draws one image, and writes those of its files that are not there."""
    module = named(data_set)
    absent = _absent(folder, module, id)
    files = module.drawn(id, *_contents(data_set)[id])
    for name, data in zip(module.paths(id), files, strict=True):
        if folder / name in absent:
            _write(folder / name, data)


@cache
def _contents(data_set: str) -> dict[str, tuple[list[int], ...]]:
    """{id: what is on it} of all images."""
    return named(data_set).evaluated() | named(data_set).training()


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    atomic.write(path, data, durable=False)


def _check_scipy() -> None:
    try:
        optional("scipy", "train")
    except ConvertError as error:
        raise DataError(f"drawing needs scipy: {error}") from None
