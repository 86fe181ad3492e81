"""Pooling against Caffe's loops over windows, written out, for random windows and sizes."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prototxts import fed, layer, net

from weights_convert.errors import ConvertError, ShapeError, UnsupportedError

LOWEST = np.finfo(np.float32).min


def pooling(rest, tops="y"):
    return layer("Pooling", "x", tops, f"pooling_param {{ {rest} }}")


def pooled(rest, x, tops="y"):
    return net(fed("x", *x.shape), pooling(rest, tops))(x=x)


@st.composite
def windows(draw):
    """(size, kernel, stride, pad, round_mode) with a pair for height and width each."""
    two = [st.tuples(st.integers(1, n), st.integers(1, n)) for n in (9, 5, 5)]
    size, kernel, stride = (draw(pair) for pair in two)
    pad = tuple(draw(st.integers(0, k - 1)) for k in kernel)
    return size, kernel, stride, pad, draw(st.sampled_from(["CEIL", "FLOOR"]))


def counts(size, kernel, stride, pad, mode):
    """How many windows Caffe has in height and width."""
    rounded = {"CEIL": np.ceil, "FLOOR": np.floor}[mode]
    each = list(zip(size, kernel, stride, pad, strict=True))
    tops = [int(rounded((n + 2 * p - k) / s)) + 1 for n, k, s, p in each]
    if any(pad):
        tops = [t - ((t - 1) * s >= n + p) for t, (n, _, s, p) in zip(tops, each, strict=True)]
    return tops


def spans(at, size, kernel, stride, pad):
    """Begin and end of a window on the image, and how many pixels it is for AVE."""
    begin = at * stride - pad
    end = min(begin + kernel, size + pad)
    return max(begin, 0), min(end, size), end - begin


def by_loops(x, tops, *window):
    """MAX, its mask and AVE of the plane `x`."""
    largest, mask = np.full(tops, LOWEST, np.float32), np.full(tops, -1, np.float32)
    mean = np.zeros(tops, np.float32)
    for place in product(*map(range, tops)):
        (top, bottom, tall), (left, right, wide) = map(spans, place, x.shape, *window)
        inside = list(product(range(top, bottom), range(left, right)))
        if inside:
            first = max(inside, key=lambda at: x[at])
            largest[place], mask[place] = x[first], first[0] * x.shape[1] + first[1]
        with np.errstate(invalid="ignore"):
            mean[place] = np.divide(np.float32(sum(x[at] for at in inside)), tall * wide)
    return largest, mask, mean


def field(name, pair):
    return f"{name}_h: {pair[0]} {name}_w: {pair[1]}"


@settings(max_examples=200, deadline=None)
@given(windows(), st.integers(0, 2**32 - 1))
def test_every_window_is_caffes(window, seed):
    size, kernel, stride, pad, mode = window
    tops = counts(*window)
    assume(min(tops) > 0)
    x = np.random.default_rng(seed).integers(-3, 3, size).astype(np.float32)  # with ties
    want = by_loops(x, tops, kernel, stride, pad)
    rest = f"{field('kernel', kernel)} {field('stride', stride)} {field('pad', pad)}"
    rest += f" round_mode: {mode} pool: "
    bottom = torch.from_numpy(x)[None, None]
    found = [*pooled(rest + "MAX", bottom, "y mask").values(), pooled(rest + "AVE", bottom)["y"]]
    for values, expected in zip(found, want, strict=True):
        np.testing.assert_allclose(values[0, 0].numpy(), expected, rtol=1e-6, atol=1e-6)


def test_a_mean_past_the_image_is_of_no_pixel_or_of_less_than_none():
    # 6 pixels, stride 3: the windows begin at 0, 3, 6.  Stride 4, kernel 1: at 0, 4, 8.
    assert pooled("pool: AVE kernel_size: 2 stride: 3", torch.ones(1, 1, 6, 6))["y"][
        0, 0
    ].isnan().tolist() == [[False, False, True]] * 2 + [[True] * 3]
    assert pooled("pool: AVE kernel_size: 1 stride: 4", torch.ones(1, 1, 6, 6))["y"][
        0, 0
    ].tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]


def test_the_largest_of_equals_that_comes_first_has_the_gradient():
    x = torch.zeros(1, 1, 3, 3, requires_grad=True)
    pooled("global_pooling: true", x)["y"].sum().backward()
    assert x.grad.flatten().tolist() == [1, *[0] * 8]


def test_the_mask_of_global_pooling_is_an_index_of_the_plane():
    x = torch.arange(24.0).view(1, 2, 3, 4)
    assert pooled("global_pooling: true", x, "y mask")["mask"].flatten().tolist() == [11, 11]


@pytest.mark.parametrize(
    "rest, tops, error, text",
    [
        ("pool: AVE kernel_size: 2", "y mask", ConvertError, "AVE with a second top, expected it"),
        ("pool: STOCHASTIC kernel_size: 2", "y", UnsupportedError, "STOCHASTIC, expected MAX or"),
        ("global_pooling: true kernel_h: 2", "y", ConvertError, "global_pooling with a kernel"),
        ("global_pooling: true stride: 2", "y", ConvertError, "expected stride 1 and pad 0"),
        ("kernel_size: 2 pad: 2", "y", ConvertError, "pad 2, expected less than kernel 2"),
        ("kernel_size: 2 kernel_h: 2", "y", ConvertError, "kernel_size together with kernel_h"),
        ("kernel_h: 2", "y", ConvertError, "lacks kernel_size, or both kernel_h and kernel_w"),
        ("kernel_size: 2 pad_h: 1", "y", ConvertError, "lacks pad, or both pad_h and pad_w"),
        ("kernel_size: 0", "y", ConvertError, "kernel_size is 0 x 0, expected at least 1"),
        ("kernel_size: 2 stride: 0", "y", ConvertError, "stride is 0 x 0, expected at least 1"),
        ("kernel_size: 9 round_mode: FLOOR", "y", ShapeError, "9 on 4 pixels leaves a top of -4"),
        ("kernel_size: 2", "x", ConvertError, "Pooling in place on blob 'x', expected a top of"),
    ],
)
def test_errors(rest, tops, error, text):
    with pytest.raises(error, match=rf"layer '{tops[0]}': .*{text}"):
        net(fed("x", 1, 1, 4, 4), pooling(rest, tops))
