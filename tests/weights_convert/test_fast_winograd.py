"""Winograd's filtering against the definition, worked by hand and by PyTorch in float64."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from cores import using
from hypothesis import given, settings
from hypothesis import strategies as st

from weights_convert.fast import crew, toom_cook, winograd
from weights_convert.fast.winograd import Winograd
from weights_convert.fast.workspace import Workspace

SIDES = st.tuples(st.integers(0, 3), st.integers(0, 3))


@pytest.mark.parametrize("outputs, taps", [(1, 2), (2, 3), (4, 3), (4, 5), (2, 6), (2, 7)])
def test_matrices_filter(outputs, taps):
    back, of_taps, forth = toom_cook.matrices(outputs, taps)
    rng = np.random.default_rng(0)
    inputs, filter = rng.normal(size=outputs + taps - 1), rng.normal(size=taps)
    expected = [filter @ inputs[i : i + taps] for i in range(outputs)]
    assert back @ ((of_taps @ filter) * (forth @ inputs)) == pytest.approx(expected, abs=1e-12)


def test_constant_lies_at_one_point():
    """A bias is added there alone."""
    back, _, _ = toom_cook.matrices(4, 3)
    assert back[:, toom_cook.ONE].tolist() == [1, 1, 1, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([3, 5, 6, 7]),
    st.integers(1, 9),
    st.sampled_from([1, 40, 70]),
    st.tuples(SIDES, SIDES),
    st.tuples(st.integers(1, 2), st.integers(7, 30), st.integers(7, 30)),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 2]),
)
def test_equals_a_direct_convolution(taps, channels, wide, borders, size, relu, sliced, cores):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(size[0], channels, *size[1:], generator=generator)
    weight = torch.randn(wide, channels, taps, taps, generator=generator)
    bias = torch.randn(wide, generator=generator) if relu else None
    padded = F.pad(x.double(), (*borders[1], *borders[0]))
    expected = F.conv2d(padded, weight.double(), None if bias is None else bias.double())
    expected = expected.relu() if relu else expected
    with pytest.MonkeyPatch.context() as patch:
        if sliced:
            for name in ("PASS", "LONG", "SLICE", "SHARED"):
                patch.setattr(winograd, name, 1 << 14)
            patch.setattr(winograd, "MANY", 3)
        top = Winograd(weight, bias, relu, Workspace())
        rows = x.contiguous(memory_format=torch.channels_last)
        with using(cores):
            actual = crew.conducted(lambda: top(rows, borders))
    assert actual.shape == expected.shape
    scale = float(weight.square().sum((1, 2, 3)).max().sqrt())  # of the sums
    assert float((actual - expected).abs().max()) < 1e-4 * scale
