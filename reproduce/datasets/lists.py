"""Lists of image ids: text files with one id a line.

Errors  DataError for a list that is not there, is not text, is empty, names an image twice,
        has a second column (as VOC's lists per class do) or names a path.
"""

from collections import Counter
from pathlib import Path

from ..errors import DataError


def read_ids(path: Path) -> tuple[str, ...]:
    """The ids of the list, in its order.  Blank lines and spaces around an id do not count."""
    ids = tuple(line.strip() for line in _text(path).splitlines() if line.strip())
    if not ids:
        raise DataError(f"{path}: the split is empty, expected one image id a line")
    if columns := [id for id in ids if len(id.split()) > 1]:
        raise DataError(f"{path}: the line {columns[0]!r} has columns, expected one image id")
    if paths := [id for id in ids if "/" in id or "\\" in id]:
        raise DataError(f"{path}: {paths[0]!r} is a path, expected an image id without folder")
    if twice := [id for id, times in Counter(ids).items() if times > 1]:
        raise DataError(f"{path}: {twice[0]!r} is listed twice, expected each image once")
    return ids


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: the list cannot be read: {error}") from error
