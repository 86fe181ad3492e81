"""Folding along one axis, against columns that are really computed."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from weights_convert.fast.zones import Axis, Run, TooShortError, bordered, joined

SLIDES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2)), min_size=1, max_size=4
)

KEPT = st.integers(1, 60)


def slid(columns, kernel, stride, pad):
    """A window of powers of 3, which tells every order of its pixels from the others."""
    padded = np.pad(columns, pad)
    count = (len(padded) - kernel) // stride + 1
    weights = 3.0 ** np.arange(kernel) + 0.25
    starts = range(0, count * stride, stride)
    return np.array([np.tanh(weights @ padded[i : i + kernel]) + 0.5 for i in starts])


def stored(axis, whole):
    """What `axis` stores of the columns `whole`, once their runs are known to be equal."""
    kept, done, hidden = [], 0, 0
    for run in axis.runs:
        equal = whole[run.first + hidden : run.last + hidden + run.omitted + 1]
        assert len(equal) and np.ptp(equal) == 0
        kept.append(whole[done + hidden : run.last + hidden + 1])
        done, hidden = run.last + 1, hidden + run.omitted
    return np.concatenate([*kept, whole[done + hidden :]])


@settings(max_examples=300, deadline=None)
@given(
    SLIDES, st.integers(1, 9), st.integers(6, 60), st.tuples(st.integers(1, 60), st.integers(1, 60))
)
def test_windows_upon_what_is_stored_give_what_is_stored(slides, image, pad, kept):
    more = {("b", 0): kept[0], ("b", 1): kept[1]}
    whole = np.pad(np.random.default_rng(0).normal(size=image), pad)
    axis = bordered(image, pad, "b", more)
    part = np.pad(whole[pad:-pad], [pad - run.omitted for run in axis.runs])
    for kernel, stride, inner in slides:
        assume(len(whole) + 2 * inner >= kernel)
        whole = slid(whole, kernel, stride, inner)
        try:
            axis = axis.slid(kernel, stride, inner, len(whole))
        except TooShortError as short:
            assert short.sources <= set(more) and short.more > 0
            return
        part = slid(part, kernel, stride, inner)
        assert axis.full == len(whole) and axis.stored == len(part)
        np.testing.assert_allclose(part, stored(axis, whole), rtol=1e-12)
        np.testing.assert_allclose(part[axis.indices(axis.opened())], whole, rtol=1e-12)


def test_a_run_needs_a_multiple_of_the_stride():
    axis = Axis(20, (Run(0, 9, 7, frozenset({("a", 0)})),))
    with pytest.raises(TooShortError) as short:
        axis.slid(2, 2, 0, 13)
    assert short.value.more == 1
    assert axis.with_more("a", {("a", 0): 1}).slid(2, 2, 0, 13).runs[0].omitted == 3


def test_more_columns_move_the_runs_behind_them():
    axis = Axis(10, (Run(1, 2, 5), Run(7, 8, 4)))
    more = axis.with_more("a", {("a", 0): 3, ("a", 1): 99})
    assert [(run.first, run.last, run.omitted) for run in more.runs] == [(1, 5, 2), (10, 15, 0)]
    assert (more.stored, more.full) == (17, 19) and axis.full == 19
    assert axis.indices(more) == [0, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 9]


@pytest.mark.parametrize(
    "offset, size, found",
    [
        (8, 6, 3),
        (9, 2, 4),
        (7, 3, 2),
        (6, 3, 1),
        (5, 3, None),
        (8, 7, None),
        (0, 3, 0),
        (0, 4, None),
    ],
)
def test_cut(offset, size, found):
    axis = Axis(10, (Run(1, 2, 5), Run(7, 8, 4)))  # in full: 0, 1-7, 8-11, 12-17, 18
    assert axis.cut(offset, size) == found


def test_joined_runs_are_those_in_common():
    one, other = Axis(9, (Run(0, 4, 2),)), Axis(9, (Run(2, 6, 2),))
    assert joined([one, other]).runs == (Run(2, 4, 2),)
    assert joined([one, Axis(9, (Run(2, 6, 4),))]) is None
    with pytest.raises(TooShortError):
        joined([one, Axis(9, (Run(5, 6, 2),))])


def test_indices_select():
    axis = Axis(3, (Run(0, 0, 2),))
    assert torch.tensor([5, 6, 7])[axis.indices(axis.opened())].tolist() == [5, 5, 5, 6, 7]
