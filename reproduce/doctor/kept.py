"""Findings kept, so that a second run on the same files need not read them again."""

import hashlib
import json
import warnings
from dataclasses import asdict
from pathlib import Path

from .. import atomic
from ..datasets import Dataset, ids_sha256
from ..errors import DataError
from .findings import Findings, examine, files, val_list

FORMAT = 1  # of the kept findings, and of how they are made


def findings(dataset: Dataset, folder: Path) -> Findings:
    """The Findings of `dataset`, from `folder`/<name>.<split>.json if its files are unchanged.

    Files count as unchanged while their paths, sizes and times of change are the same.  Nothing
    is kept of a data set that does not tell its files.
    """
    key, path = _key(dataset), folder / f"{dataset.name}.{dataset.split}.json"
    if key is None:
        return examine(dataset)
    if kept := _read(path, key):
        return kept
    found = examine(dataset)
    try:
        atomic.check_writable(folder)
        atomic.write(path, json.dumps({"key": key, "findings": asdict(found)}), durable=False)
    except DataError as error:
        warnings.warn(f"what the data set holds is not kept: {error}", stacklevel=2)
    return found


def _read(path: Path, key: str) -> Findings | None:
    """What is kept under that key; anything else is read anew, and replaced."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        return Findings(**kept["findings"]) if kept["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(dataset: Dataset) -> str | None:
    digest = hashlib.sha256()
    paths = [path for id in dataset.ids for path in files(dataset, id).values()]
    for path in [*paths, *filter(None, [val_list(dataset)])]:
        digest.update(f"{path.absolute()} {_state(path)}\n".encode())
    parts = (FORMAT, dataset.name, dataset.split, ids_sha256(dataset.ids), digest.hexdigest())
    return " ".join(map(str, parts)) if paths else None


def _state(path: Path) -> str:
    try:
        state = path.stat()
    except OSError:
        return "missing"
    return f"{state.st_size} {state.st_mtime_ns}"
