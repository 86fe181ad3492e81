"""PASCAL VOC 2012: the devkit's segmentation part; without a split named, its val."""

from pathlib import Path

from .voc import Voc


def open_dataset(
    folder: Path, split: str | None = None, offline: bool = False, checked: bool = True
) -> Voc:
    """The split in `folder`.  checked: whether seg11valid must be the release's list."""
    return Voc(folder, 2012, split or "val", offline=offline, checked=checked)
