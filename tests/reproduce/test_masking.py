"""What masking leaves of an input, pixel by pixel."""

import numpy as np
import pytest
import torch

from reproduce.datasets import VOID, Sample
from reproduce.errors import DataError
from reproduce.masking import SHAPE, masked

LABEL = np.array([[0, 5, VOID, 20]], np.uint8)
IMAGE = torch.tensor([[[[1.0, 2, 3, 4]], [[5.0, 6, 7, 8]]]])


def read(id):
    return Sample(id, {"data": IMAGE.clone()}, {"label": LABEL})


@pytest.mark.parametrize(
    "mask, first",
    [
        ("foreground", [1, 0, 0, 0]),
        ("background", [0, 2, 0, 4]),
        ("shape", [0, SHAPE, 0, SHAPE]),
    ],
)
def test_masks(mask, first):
    sample = masked(read, "a", mask)
    assert (sample.id, sample.inputs["data"].dtype) == ("a", torch.float32)
    assert sample.inputs["data"][0, 0, 0].tolist() == first
    second = [value and (value if mask == "shape" else value + 4) for value in first]
    assert sample.inputs["data"][0, 1, 0].tolist() == second
    assert (sample.labels["label"] == LABEL).all()


def test_unknown_mask():
    with pytest.raises(DataError, match="mask 'sky': unknown, expected one of foreground, backgr"):
        masked(read, "a", "sky")
