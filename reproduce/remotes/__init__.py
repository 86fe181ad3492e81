"""Files that are fetched from elsewhere: one YAML file each, found by its name.

`fcn8s-heavy-pascal.caffemodel.yaml` describes `fcn8s-heavy-pascal.caffemodel`:

file      name under which it is stored; the YAML file's own name less `.yaml`
mirrors   its addresses, http or https, tried in order
checksum  `md5:`, `sha1:` or `sha256:` and lower-case hex; null where none is published
source    where the addresses and the checksum were published
bytes     its size, or about that, for progress bars and messages; null where it is not known
unpacks   archives only: the folder it makes, relative to the folder it is unpacked in

Errors    DataError for an unknown name, and for a key that is unknown, missing or malformed.
"""

import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path, PurePosixPath

import yaml

from ..errors import DataError

FOLDER = Path(__file__).parent
CHECKSUM = re.compile(r"md5:[0-9a-f]{32}|sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}")
FORMS = {
    "file": "a plain file name",
    "mirrors": "a list of http or https addresses, at least one",
    "checksum": "null, or `md5:`, `sha1:` or `sha256:` and lower-case hex of the right length",
    "source": "a text that says where the addresses and the checksum are published",
    "bytes": "null, or a number of bytes above 0",
    "unpacks": "null, or a relative folder without `..`",
}


@dataclass(frozen=True)
class Remote:
    """One file that can be fetched; the module's docstring has the fields.  Raises DataError."""

    file: str
    mirrors: tuple[str, ...]
    checksum: str | None
    source: str
    bytes: int | None
    unpacks: str | None = None

    def __post_init__(self) -> None:
        for key, form in FORMS.items():
            value = getattr(self, key)
            if not _well_formed(key, value):
                raise DataError(f"remote {self.file!r}: {key} is {value!r}, expected {form}")


def remote(name: str) -> Remote:
    """The file called `name`, such as "VOCtrainval_11-May-2012.tar".  Raises DataError."""
    if name not in names():
        raise DataError(f"no remote file {name!r}; known are {', '.join(names())}")
    return read(FOLDER / f"{name}.yaml")


def names() -> list[str]:
    """The names of all files that can be fetched, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read(path: Path) -> Remote:
    """The file that one YAML file describes.  Raises DataError."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DataError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise DataError(f"{path}: holds {values!r}, expected the keys {', '.join(FORMS)}")
    if unknown := [key for key in values if key not in FORMS]:
        raise DataError(f"{path}: unknown keys {unknown}; known are {', '.join(FORMS)}")
    if missing := [key for key in _required() if key not in values]:
        raise DataError(f"{path}: lacks the keys {missing}")
    mirrors = values["mirrors"]
    return Remote(**values | {"mirrors": tuple(mirrors) if isinstance(mirrors, list) else mirrors})


def _required() -> list[str]:
    return [field.name for field in fields(Remote) if field.default is MISSING]


def _well_formed(key: str, value: object) -> bool:
    if value is None:
        return key in ("checksum", "bytes", "unpacks")
    if key == "mirrors":
        return isinstance(value, tuple) and bool(value) and all(_is_address(url) for url in value)
    if key == "bytes":
        return type(value) is int and value > 0  # True is an int too
    return isinstance(value, str) and _WELL_FORMED_TEXT[key](value)


def _is_address(url: object) -> bool:
    return isinstance(url, str) and re.fullmatch(r"https?://[^\s/]+/\S+", url) is not None


_WELL_FORMED_TEXT = {
    "file": lambda text: PurePosixPath(text).name == text and "\\" not in text,
    "checksum": lambda text: CHECKSUM.fullmatch(text) is not None,
    "source": lambda text: bool(text.strip()),
    "unpacks": lambda text: not PurePosixPath(text).is_absolute() and ".." not in text.split("/"),
}
