"""Counts and scores against numbers worked out by hand, and numpy's pixel by pixel counts."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reproduce.errors import DataError
from reproduce.metrics import class_acc, class_iu, count, labels_of, scores

GOLDEN = Path(__file__).parents[1] / "golden" / "metrics"
CASES = sorted(path.name for path in GOLDEN.iterdir())

TRUTH = torch.tensor([[0, 0, 1], [1, 1, 255]])
PREDICTED = torch.tensor([[0, 1, 1], [1, 2, 0]])
COUNTS = np.array([[1, 1, 0], [0, 2, 1], [0, 0, 0]])


def golden(case):
    folder = GOLDEN / case
    classes = json.loads((folder / "meta.json").read_text())["n_classes"]
    return classes, np.load(folder / "input.npz"), np.load(folder / "output.npz")


def counted(case):
    classes, pairs, _ = golden(case)
    found = torch.zeros(classes, classes, dtype=torch.int64)
    for k in range(len(pairs.files) // 2):
        truth, predicted = pairs[f"gt_{k}"], pairs[f"pred_{k}"]
        found += count(torch.from_numpy(truth), torch.from_numpy(predicted), classes)
    return found.numpy()


def test_rows_are_the_truth_and_void_is_skipped():
    assert count(TRUTH, PREDICTED, 3).tolist() == COUNTS.tolist()


@pytest.mark.parametrize("case", CASES)
def test_counts_of_the_golden_pairs(case):
    found = counted(case)
    assert found.dtype == np.int64
    assert np.array_equal(found, golden(case)[2]["confusion"])


@pytest.mark.parametrize("case", [case for case in CASES if case != "all_void"])
def test_scores_of_the_golden_counts(case):
    _, _, expected = golden(case)
    counts = expected["confusion"]
    for name, value in scores(counts)._asdict().items():
        assert value == pytest.approx(float(expected[name]), rel=1e-15), name
    np.testing.assert_array_equal(class_acc(counts), expected["class_acc"])
    np.testing.assert_array_equal(class_iu(counts), expected["class_iu"])


def test_nothing_but_void_has_no_score():
    assert counted("all_void").sum() == 0
    with pytest.raises(DataError, match="no pixel was counted"):
        scores(counted("all_void"))


@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 4)), min_size=1),
    st.sampled_from([torch.uint8, torch.int16, torch.int32, torch.int64]),
)
def test_counts_are_those_of_a_loop(pairs, dtype):
    expected = np.zeros((5, 5), int)
    for true, predicted in pairs:
        if true < 5:
            expected[true, predicted] += 1
    truth, predicted = torch.tensor(pairs).T
    assert count(truth.to(dtype), predicted.to(torch.uint8), 5).tolist() == expected.tolist()


def test_a_negative_truth_is_void():
    assert count(torch.tensor([[-1, 1]]), torch.tensor([[1, 1]]), 2).tolist() == [[0, 0], [0, 1]]


def test_bytes_do_not_overflow():
    many = torch.full((2, 2), 58, dtype=torch.uint8)
    assert count(many, many, 59)[58, 58] == 4


@pytest.mark.parametrize("wrong", [3, 255, -1])
def test_a_prediction_that_is_no_class(wrong):
    void = torch.tensor([[0, 255]])
    with pytest.raises(ValueError, match=r"no class: all must be in \[0, 3\)"):
        count(void, torch.tensor([[wrong, 0]]), 3)
    assert count(void, torch.tensor([[0, wrong]]), 3).sum() == 1  # not counted, not looked at


@pytest.mark.parametrize("predicted", [PREDICTED.T, PREDICTED.float()], ids=["shape", "float"])
def test_count_refuses(predicted):
    with pytest.raises(ValueError, match="expected integers of one shape"):
        count(TRUTH, predicted, 3)


def test_labels_are_the_first_of_equals_as_in_numpy():
    rng = np.random.default_rng(0)
    few = rng.integers(0, 3, (2, 21, 33, 35)).astype(np.float32)  # ties at nearly every pixel
    few[rng.random(few.shape) < 0.01] = np.nan
    few[rng.random(few.shape) < 0.01] = np.inf
    few[few == 0] *= rng.choice([-1, 1], (few == 0).sum())
    found = labels_of(torch.from_numpy(few))
    assert found.dtype == torch.uint8
    assert np.array_equal(found, few.argmax(1))


def test_labels_of_many_classes():
    score = torch.zeros(1, 255, 1, 1)
    score[0, 254] = 1
    assert labels_of(score).tolist() == [[[254]]]
    with pytest.raises(ValueError, match=r"\(1, 256, 1, 1\), expected .* C <= 255"):
        labels_of(torch.zeros(1, 256, 1, 1))
    with pytest.raises(ValueError, match="expected"):
        labels_of(torch.zeros(21, 4, 4))


def test_scores_by_hand():
    found = scores(COUNTS)
    assert found.pixel_acc == pytest.approx(3 / 5)
    assert found.mean_acc == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert found.mean_iu == pytest.approx((1 / 2 + 2 / 4 + 0 / 1) / 3)  # 2: predicted, never true
    assert found.fw_iu == pytest.approx(2 / 5 * 1 / 2 + 3 / 5 * 2 / 4)


def test_a_class_that_is_nowhere_is_left_out():
    wider = np.pad(COUNTS, (0, 1))
    assert scores(wider) == scores(COUNTS)
    assert np.isnan(class_iu(wider)[3])
    assert np.isnan(class_acc(wider)[3])


def test_means_over_classes_that_occur():
    found = scores(COUNTS, COUNTS.sum(1) > 0)
    assert found.mean_iu == pytest.approx(1 / 2)
    assert found._replace(mean_iu=0) == scores(COUNTS)._replace(mean_iu=0)


def test_counts_stay_exact_beyond_float32():
    assert scores(np.array([[2**24, 1], [0, 1]])).pixel_acc == (2**24 + 1) / (2**24 + 2)


@pytest.mark.parametrize(
    "counts, match",
    [
        (np.zeros((3, 3), int), "no pixel was counted"),
        (np.zeros((2, 3), int), r"shape \(2, 3\), expected a square"),
        (np.ones(4, int), r"shape \(4,\), expected a square"),
        (np.array([[4, -1], [0, 1]]), "-1 pixels in one entry"),
        (np.ones((2, 2)), "float64, expected integers"),
    ],
)
def test_scores_refuses_counts(counts, match):
    with pytest.raises(DataError, match=match):
        scores(counts)


@pytest.mark.parametrize(
    "averaged, match",
    [
        ([True, True], r"shape \(2,\), expected bool of \(3,\)"),
        ([0, 1, 2], "int64 of shape"),
        ([False, False, True], "none of these classes has a true pixel"),
    ],
)
def test_scores_refuses_averaged(averaged, match):
    with pytest.raises(DataError, match=match):
        scores(COUNTS, np.array(averaged))
