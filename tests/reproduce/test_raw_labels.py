"""Tables from a data set's numbers to classes, by hand."""

from pathlib import Path

import numpy as np
import pytest

from reproduce.datasets.raw_labels import from_one, mapped
from reproduce.errors import DataError

PATH = Path("a.mat")


def test_from_one():
    table = from_one(33)
    assert (table.dtype, table.shape) == (np.uint8, (34,))
    assert table[[0, 1, 2, 33]].tolist() == [255, 0, 1, 32]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "float64"])
def test_mapped(dtype):
    raw = np.array([[0, 1], [3, 2]], dtype)
    found = mapped(PATH, raw, np.array([255, 7, 8, 9], np.uint8))
    assert (found.tolist(), found.dtype) == ([[255, 7], [9, 8]], np.uint8)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float64"])
def test_numbers_below_nought(dtype):
    raw = np.array([[0, 2]], dtype)
    table = np.array([9, 255, 0, 1], np.uint8)
    assert mapped(PATH, raw, table, first=-1).tolist() == [[255, 1]]
    if dtype != "uint8":
        assert mapped(PATH, np.array([[-1]], dtype), table, first=-1).tolist() == [[9]]


@pytest.mark.parametrize(
    "raw, values",
    [
        (np.array([[0, 4], [5, 4]], np.uint8), "4, 5"),
        (np.array([[0, 255]], np.uint8), "255"),
        (np.array([[0, -1]], np.int8), "-1"),
        (np.array([[0, 1.5]]), "1.5"),
        (np.array([[0, np.nan]]), "nan"),
        (np.array([[0, np.inf]]), "inf"),
    ],
)
def test_refused(raw, values):
    match = rf"^a.mat: labels {values}, the first at row 0, column 1: .*whole numbers from 0 to 3$"
    with pytest.raises(DataError, match=match):
        mapped(PATH, raw, from_one(3))


def test_only_some_of_many_wrong_values_are_told():
    with pytest.raises(DataError, match=r"labels 4, 5, 6, 7, 8, the first"):
        mapped(PATH, np.arange(100).reshape(10, 10), from_one(3))
