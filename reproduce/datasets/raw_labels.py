"""Labels as a data set numbers them, made into classes from 0 and void."""

from pathlib import Path

import numpy as np

from ..errors import DataError
from . import VOID


def from_one(classes: int) -> np.ndarray:
    """The table (classes + 1,) uint8 of labels that are 0 for void and 1 to `classes`."""
    return np.array([VOID, *range(classes)], np.uint8)


def mapped(path: Path, raw: np.ndarray, table: np.ndarray, first: int = 0) -> np.ndarray:
    """`table[raw - first]`, (H, W) uint8, of the labels `raw` (H, W) of the file `path`.

    table: (n,) uint8, the label of each of the numbers `first` to `first + n - 1`.
    Raises DataError for any other number, such as a fraction.
    """
    last = first + len(table) - 1
    # Written so that it holds for NaN too, which is neither less nor more than anything.
    wrong = ~((raw >= first) & (raw <= last) & (raw == np.floor(raw)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        values = ", ".join(f"{value:g}" for value in np.unique(raw[wrong])[:5])
        raise DataError(
            f"{path}: labels {values}, the first at row {row}, column {column}: "
            f"expected whole numbers from {first} to {last}"
        )
    return table[raw.astype(np.intp) - first]
