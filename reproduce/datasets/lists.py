"""Lists of image ids: text files with one id a line.

Errors  DataError for a list that is not there, is not text, is empty, names an image twice,
        has a second column (as VOC's lists per class do) or names a path.
"""

from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path

from ..errors import ChecksumError, DataError


def read_ids(path: Path, id_of: Callable[[str], str] = str) -> tuple[str, ...]:
    """The ids of the list, in its order.  Blank lines and spaces around an id do not count.

    id_of: the id that a line holds, where it is more than that.
    """
    ids = tuple(id_of(line) for line in read_lines(path))
    if not ids:
        raise DataError(f"{path}: the split is empty, expected one image id a line")
    if columns := [id for id in ids if len(id.split()) > 1]:
        raise DataError(f"{path}: the line {columns[0]!r} has columns, expected one image id")
    if paths := [id for id in ids if "/" in id or "\\" in id]:
        raise DataError(f"{path}: {paths[0]!r} is a path, expected an image id without folder")
    if twice := [id for id, times in Counter(ids).items() if times > 1]:
        raise DataError(f"{path}: {twice[0]!r} is listed twice, expected each image once")
    return ids


def read_lines(path: Path) -> tuple[str, ...]:
    """The lines that are not blank, without the spaces around them."""
    return tuple(line.strip() for line in _text(path).splitlines() if line.strip())


def split_list(folder: Path, split: str, splits: Collection[str]) -> Path:
    """The path of the list `split` in `folder`.  Raises DataError unless it is one of `splits`."""
    if split not in splits:
        raise DataError(f"split {split!r}: not known, expected one of {', '.join(splits)}")
    return folder / f"{split}.txt"


def check_count(path: Path, ids: tuple[str, ...], count: int) -> None:
    """Raise ChecksumError unless `ids` are `count`, for lists no copy of which is at hand."""
    if len(ids) != count:
        raise ChecksumError(
            f"{path}: gives {len(ids)} ids, expected the {count} of the release: "
            "put the data set's own list in its place"
        )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: the list cannot be read: {error}") from error
