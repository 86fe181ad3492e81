"""What all data sets share: finding them by name, the input blob, lists of ids."""

import numpy as np
import pytest

from reproduce.datasets import bgr, ids_sha256, open_dataset
from reproduce.datasets.lists import read_ids
from reproduce.errors import DataError

MEAN = (104.00699, 116.66877, 122.67892)


@pytest.mark.parametrize("name", ["voc2010", "voc", "..", "lists", ""])
def test_unknown_data_set(tmp_path, name):
    with pytest.raises(DataError, match=r"not known, expected one of .*voc2011, voc2012"):
        open_dataset(name, tmp_path)


def test_the_mean_is_subtracted_in_double_and_rounded_once():
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    found = bgr(np.stack([grey] * 3, 2), MEAN)
    assert found.is_contiguous()
    singles = 0
    for channel, mean in zip(found[0].numpy(), MEAN, strict=True):
        expected = [np.float32(float(value) - mean) for value in range(256)]
        assert channel.ravel().tolist() == expected
        singles += sum(np.float32(v) - np.float32(mean) != e for v, e in enumerate(expected))
    assert singles > 100  # what float32 throughout would have got wrong


def test_bgr_leaves_its_image_alone_and_wants_three_means():
    rgb = np.full((2, 2, 3), 7, np.uint8)
    bgr(rgb, MEAN)
    assert (rgb == 7).all()
    with pytest.raises(ValueError, match="reshape"):
        bgr(rgb, (1.0,))


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
