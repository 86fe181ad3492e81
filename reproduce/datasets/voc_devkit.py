"""Where the VOC devkit of a year is, and how it gets there.

Source  the tars on the VOC server: 2011's unpacks to TrainVal/VOCdevkit/VOC2011, 2012's to
        VOCdevkit/VOC2012.
"""

from pathlib import Path

from .. import downloads
from ..errors import DataError, MissingError
from ..unpack import unpack

TARS = {2011: "VOCtrainval_25-May-2011.tar", 2012: "VOCtrainval_11-May-2012.tar"}


def devkit(folder: Path, year: int, *, offline: bool = False) -> Path:
    """The folder with JPEGImages of that year; its tar is fetched and unpacked if there is none.

    Raises MissingError if the tar is needed and cannot be had.
    """
    if found := find(folder, year):
        return found
    try:
        archive = downloads.fetch(downloads.remote(TARS[year]), folder, offline=offline)
    except MissingError as error:
        raise MissingError(f"{folder}: no VOCdevkit/VOC{year} with images, and {error}") from error
    unpack(archive, folder)
    if found := find(folder, year):
        return found
    raise DataError(f"{archive}: unpacked, and no VOC{year}/JPEGImages came out of it")


def find(folder: Path, year: int) -> Path | None:
    """The devkit of that year in or at `folder`, None if it is not there."""
    name = f"VOC{year}"
    places = [folder / "VOCdevkit" / name, folder / "TrainVal" / "VOCdevkit" / name, folder / name]
    if folder.absolute().name == name:
        places.append(folder)
    return next((place for place in places if (place / "JPEGImages").is_dir()), None)
