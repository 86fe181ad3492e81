"""Where the VOC devkit of a year is, and how it gets there.

Source  the tars on the VOC server: 2011's unpack to TrainVal/VOCdevkit/VOC2011 and, with the test
        images, to Test/VOCdevkit/VOC2011; the others' to VOCdevkit/VOC<year>.
"""

from functools import partial
from pathlib import Path

from ..errors import MissingError
from .archives import first_with, found_or_fetched

TARS = {
    2010: "VOCtrainval_03-May-2010.tar",
    2011: "VOCtrainval_25-May-2011.tar",
    2012: "VOCtrainval_11-May-2012.tar",
}
TEST_TARS = {2011: "VOC2011test.tar", 2012: "VOC2012test.tar"}
SERVER = "http://host.robots.ox.ac.uk:8080/"  # of the evaluation; has the test images


def devkit(folder: Path, year: int, *, offline: bool = False) -> Path:
    """The folder with JPEGImages of that year; its tar is fetched and unpacked if there is none.

    Raises MissingError if the tar is needed and cannot be had.
    """
    what = f"VOCdevkit/VOC{year} with images"
    return found_or_fetched(
        lambda folder: find(folder, year), folder, TARS[year], what, offline=offline
    )


def devkit_with_test(folder: Path, year: int, *, offline: bool = False) -> Path:
    """The folder with the test images of that year, alone or among the others; as `devkit`.

    Raises MissingError, which says that the VOC server has them for registered users.
    """
    list_of_test = f"VOCdevkit/VOC{year}/ImageSets/Segmentation/test.txt with its images"
    # Not beside the training images' place: what is there would pass for the whole devkit.
    into = "." if year == 2011 else "Test"
    find_test = partial(_with_test, year=year)
    tar = TEST_TARS[year]
    try:
        return found_or_fetched(find_test, folder, tar, list_of_test, into=into, offline=offline)
    except MissingError as error:
        raise MissingError(f"{error} (log in at {SERVER} for it)") from error


def find(folder: Path, year: int) -> Path | None:
    """The devkit of that year in or at `folder`, None if it is not there."""
    return first_with("JPEGImages", _places(folder, year, "TrainVal"))


def _with_test(folder: Path, year: int) -> Path | None:
    return first_with("ImageSets/Segmentation/test.txt", _places(folder, year, "Test"))


def _places(folder: Path, year: int, part: str) -> list[Path]:
    name = f"VOC{year}"
    places = [folder / "VOCdevkit" / name, folder / part / "VOCdevkit" / name, folder / name]
    return [*places, folder] if folder.absolute().name == name else places
