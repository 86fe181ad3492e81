"""A data set that is there, that comes out of an archive, and that cannot be had."""

import zipfile

import pytest

from reproduce import downloads
from reproduce.datasets import camvid, pascalcontext, sbd_folder, siftflow, voc_devkit
from reproduce.datasets.archives import first_with, found_or_fetched
from reproduce.errors import DataError, MissingError
from reproduce.remotes import remote

ARCHIVE = "SiftFlowDataset.zip"  # a real remote, and none with a checksum to meet


def find(folder):
    return first_with("Images", (folder / "a", folder / "b"))


def zipped(folder, member):
    with zipfile.ZipFile(folder / ARCHIVE, "w") as archive:
        archive.writestr(member, "text")


def test_the_first_place_that_has_it(tmp_path):
    assert find(tmp_path) is None
    for name in ("b", "a"):
        (tmp_path / name / "Images").mkdir(parents=True)
        assert find(tmp_path) == tmp_path / name


def test_what_is_there_is_not_unpacked_again(tmp_path):
    (tmp_path / "a" / "Images").mkdir(parents=True)
    zipped(tmp_path, "Images/1.jpg")
    assert found_or_fetched(find, tmp_path, ARCHIVE, "a/Images", into="b") == tmp_path / "a"
    assert not (tmp_path / "b").exists()


def test_an_archive_that_is_there_is_unpacked_offline(tmp_path):
    zipped(tmp_path, "Images/1.jpg")
    found = found_or_fetched(find, tmp_path, ARCHIVE, "a/Images", into="b", offline=True)
    assert found == tmp_path / "b"
    assert (found / "Images" / "1.jpg").read_text() == "text"


def test_an_archive_of_something_else(tmp_path):
    zipped(tmp_path, "Pictures/1.jpg")
    with pytest.raises(DataError, match=rf"{ARCHIVE}: unpacked, and no a/Images came out of it"):
        found_or_fetched(find, tmp_path, ARCHIVE, "a/Images", into="b")


def test_offline_says_what_to_get_and_where_to_put_it(tmp_path):
    match = rf"^{tmp_path}: no a/Images, and {ARCHIVE} is not in {tmp_path} .*offline.*: get it"
    with pytest.raises(MissingError, match=match):
        found_or_fetched(find, tmp_path, ARCHIVE, "a/Images", offline=True)


def test_the_archive_is_asked_for_in_the_folder(tmp_path, monkeypatch):
    asked = []

    def fetch(remote, folder, *, offline):
        asked.append((remote.file, folder, offline))
        zipped(folder, "Images/1.jpg")
        return folder / ARCHIVE

    monkeypatch.setattr(downloads, "fetch", fetch)
    assert found_or_fetched(find, tmp_path, ARCHIVE, "a/Images", into="a") == tmp_path / "a"
    assert asked == [(ARCHIVE, tmp_path, False)]


def devkit(folder):
    return voc_devkit.find(folder, 2010)


@pytest.mark.parametrize(
    "archive, into, inner, find",
    [
        ("SiftFlowDataset.zip", "sift-flow", ".", siftflow.find),
        ("pascal-context-trainval.tar.gz", "pascal-context", ".", pascalcontext.find),
        ("benchmark.tgz", ".", "dataset/train.txt", sbd_folder.find),
        ("VOCtrainval_03-May-2010.tar", ".", "JPEGImages", devkit),
        (camvid.ARCHIVE, ".", "testannot", camvid.find),
    ],
)
def test_what_each_archive_makes_is_found(tmp_path, archive, into, inner, find):
    place = tmp_path / into / remote(archive).unpacks / inner
    assert find(tmp_path) is None
    place.mkdir(parents=True)
    assert place.is_relative_to(find(tmp_path))
