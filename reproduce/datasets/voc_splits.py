"""The image lists of a VOC devkit, and seg11valid, which no devkit has.

seg11valid is the list all published VOC scores are over: the images of VOC2011 val that are not
in the training list of SBD, which the released nets were trained on.  736 ids; all are in the
devkit of 2012 too.

Errors  DataError for a split that is not there or not a list of ids; ChecksumError for another
        list under the name of seg11valid.
Source  shelhamer/fcn.berkeleyvision.org@1305c73, data/pascal/seg11valid.txt
"""

from pathlib import Path

from .. import downloads
from ..errors import DataError, MissingError
from . import check_ids, sbd_folder
from .lists import read_ids
from .voc_devkit import find

# Caffe: the release's solve.py has the second name for the list that its nets call seg11valid.
SEG11VALID = ("seg11valid", "segvalid11")
SEG11VALID_SHA256 = "4ca991bd72c251fd2485eaa9e29536502ea3800d1b1c17c151fd6a04bcfbc2cc"


def split_ids(
    devkit: Path, split: str, folder: Path, *, offline: bool = False, checked: bool = True
) -> tuple[str, ...]:
    """The ids of `split`, in the order of its list.

    seg11valid may also be fetched into `folder` or worked out from lists that are there.
    checked: whether it must be the release's list; only the bundled sample has one of its own.
    """
    if split in SEG11VALID:
        path, ids = _seg11valid(devkit, folder, offline)
        if checked:
            check_ids(path, ids, "seg11valid", 736, SEG11VALID_SHA256)
        return ids
    lists = devkit / "ImageSets" / "Segmentation"
    here = {path.stem for path in lists.glob("*.txt")}
    if split not in here:
        known = ", ".join(sorted(here | {SEG11VALID[0]}))
        raise DataError(f"split {split!r}: not in {lists}, expected one of {known}")
    return read_ids(lists / f"{split}.txt")


def _seg11valid(devkit: Path, folder: Path, offline: bool) -> tuple[Path, tuple[str, ...]]:
    for name in SEG11VALID:
        path = devkit / "ImageSets" / "Segmentation" / f"{name}.txt"
        if path.exists():
            return path, read_ids(path)
    try:
        path = downloads.fetch(downloads.remote("seg11valid.txt"), folder, offline=offline)
    except MissingError:
        if lists := _lists_of_2011(folder):
            return lists[0], _without(*lists)
        raise
    return path, read_ids(path)


def _lists_of_2011(folder: Path) -> tuple[Path, Path] | None:
    if not (devkit := find(folder, 2011)):
        return None
    val, trained = devkit / "ImageSets" / "Segmentation" / "val.txt", sbd_folder.find(folder)
    return (val, trained / "train.txt") if val.is_file() and trained else None


def _without(val: Path, train: Path) -> tuple[str, ...]:
    trained = set(read_ids(train))
    return tuple(id for id in read_ids(val) if id not in trained)
