"""Each way of scoring counts, worked by hand."""

import numpy as np
import pytest

from reproduce.errors import DataError
from reproduce.scorings import Scoring, counts_of

CLASSES = ["background", "a", "b", "never true"]
# rows truth: background 6 (4 right), a 4 (2 right), b 10 (10 right); "never true" is guessed twice
COUNTS = np.array([[4, 1, 0, 1], [1, 2, 0, 1], [0, 0, 10, 0], [0, 0, 0, 0]])


def scored(**options):
    return Scoring(**options).scores(COUNTS, CLASSES, {"one": ["a"]})


def test_all_classes():
    found = scored()
    assert found.pixel_acc == 16 / 20
    assert found.mean_acc == pytest.approx((4 / 6 + 2 / 4 + 1) / 3)
    assert found.mean_iu == pytest.approx((4 / 7 + 2 / 5 + 1 + 0) / 4)
    assert found.fw_iu == pytest.approx((6 * 4 / 7 + 4 * 2 / 5 + 10) / 20)


def test_in_truth_leaves_out_a_class_merely_predicted():
    assert scored(in_truth=True).mean_iu == pytest.approx((4 / 7 + 2 / 5 + 1) / 3)
    assert scored(in_truth=True).pixel_acc == 16 / 20


def test_ignored_truth_is_not_scored():
    found = scored(ignored=("background",), in_truth=True)
    assert found.pixel_acc == 12 / 14
    assert found.mean_iu == pytest.approx((2 / 4 + 1) / 2)  # the background taken for a is gone
    assert found.fw_iu == pytest.approx((4 * 2 / 4 + 10) / 14)


def test_dropped_class_stays_in_the_counts():
    found = scored(dropped=("background",), in_truth=True)
    assert found.pixel_acc == 16 / 20
    assert found.mean_iu == pytest.approx((2 / 5 + 1) / 2)  # and still counts against a


def test_only_the_classes_of_a_list():
    found = scored(only="one")
    assert (found.pixel_acc, found.mean_acc, found.mean_iu) == (2 / 4, 2 / 4, 2 / 4)
    assert scored(only="33") is None


def test_a_class_that_there_is_not():
    with pytest.raises(DataError, match="classes sky: not among background, a, b, never true"):
        scored(ignored=("sky",))


def test_of_a_row():
    row = {"net": "n", "counts": {"s": COUNTS.tolist()}, "classes": {"s": CLASSES}, "lists": {}}
    assert Scoring(head="s").of(row) == scored()
    with pytest.raises(DataError, match="n: no counts of head 'score'"):
        Scoring().of(row)


@pytest.mark.parametrize("counts", [[[1, 2]], [[1.5]], [[-1]], [[1, 2], [3]]])
def test_counts_that_are_none(counts):
    with pytest.raises(DataError, match=r"^n: "):
        counts_of({"net": "n", "counts": {"score": counts}})
