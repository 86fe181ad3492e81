"""What all data sets share: finding them by name, lists of ids."""

import pytest

from reproduce.datasets import ids_sha256, open_dataset
from reproduce.datasets.lists import read_ids
from reproduce.errors import DataError


@pytest.mark.parametrize("name", ["voc2010", "voc", "..", "lists", ""])
def test_unknown_data_set(tmp_path, name):
    with pytest.raises(DataError, match=r"not known, expected one of .*voc2011, voc2012"):
        open_dataset(name, tmp_path)


def test_ids_sha256():
    # printf 'a\nb\n' | sha256sum
    expected = "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2"
    assert ids_sha256(["a", "b"]) == expected


def test_a_list_as_an_editor_leaves_it(tmp_path):
    path = tmp_path / "own.txt"
    path.write_bytes(b"\xef\xbb\xbf2007_000061\r\n\r\n 2007_000033 \r\n")
    assert read_ids(path) == ("2007_000061", "2007_000033")


@pytest.mark.parametrize(
    "text, match",
    [
        (b"", "the split is empty, expected one image id a line"),
        (b" \n\n", "the split is empty"),
        (b"2007_000033 1\n", "the line '2007_000033 1' has columns, expected one image id"),
        (b"a\nb\na\n", "'a' is listed twice"),
        (b"../../secret\n", "'../../secret' is a path"),
        (b"..\\secret\n", ".* is a path"),
        (b"\xff\xfe2\x00", "the list cannot be read: 'utf-8' codec"),
    ],
)
def test_lists_that_are_refused(tmp_path, text, match):
    path = tmp_path / "own.txt"
    path.write_bytes(text)
    with pytest.raises(DataError, match=f"own.txt: {match}"):
        read_ids(path)


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"own.txt: the list cannot be read: .*No such file"):
        read_ids(tmp_path / "own.txt")
