"""Convolution, Deconvolution and Pooling at any window: Caffe's integer formulas, plain loops."""

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, layer, net

from weights_convert.errors import ShapeError

FLT_MAX = np.float32(3.4028234663852886e38)
SIZES, KERNELS, STRIDES = st.integers(1, 20), st.integers(1, 6), st.integers(1, 7)
WINDOWS = st.fixed_dictionaries(
    {"kernel": KERNELS, "stride": STRIDES, "pad": st.integers(0, 8), "dilation": st.integers(1, 3)}
)
quick = settings(max_examples=200, deadline=None)


def data(height, width, channels=1):
    return fed("data", 1, channels, height, width)


def written(high, wide, names):
    """Fields for height and width, such as kernel_h: 3 kernel_w: 2."""
    return " ".join(
        f"{name}_{end}: {window[name]}"
        for end, window in [("h", high), ("w", wide)]
        for name in names
    )


def convolved(size, kernel, stride, pad, dilation):
    """Output size of a Convolution, 0 or less where none is."""
    return math.floor((size + 2 * pad - (dilation * (kernel - 1) + 1)) / stride) + 1


def spread(size, kernel, stride, pad, dilation):
    """Output size of a Deconvolution."""
    return stride * (size - 1) + dilation * (kernel - 1) + 1 - 2 * pad


@pytest.mark.parametrize("type, size", [("Convolution", convolved), ("Deconvolution", spread)])
@given(sizes=st.tuples(SIZES, SIZES), high=WINDOWS, wide=WINDOWS)
@example(
    sizes=(1, 1),
    high=dict(kernel=3, stride=1, pad=1, dilation=1),
    wide=dict(kernel=1, stride=7, pad=0, dilation=3),
)
@quick
def test_size_of_convolution(type, size, sizes, high, wide):
    fields = f"num_output: 1 {written(high, wide, ['kernel', 'stride', 'pad'])}"
    fields += f" dilation: {high['dilation']} dilation: {wide['dilation']}"
    text = convolution("data", "top", fields, type)
    want = [size(n, **window) for n, window in zip(sizes, (high, wide), strict=True)]
    check_size(text, sizes, want)


def check_size(text, sizes, want):
    """Both our reshape and the tensor are of height and width `want`, if Caffe has such a blob."""
    if min(want) < 1:
        with pytest.raises(ShapeError, match=r"^layer 'top': "):
            net(data(*sizes), text)
        return
    made = net(data(*sizes), text)
    (_, module) = next(made.steps())
    assert module.reshape([(1, 1, *sizes)]) == [(1, 1, *want)]
    assert made(data=torch.zeros(1, 1, *sizes))["top"].shape[2:] == tuple(want)


def pooled(size, kernel, stride, pad, clip, rounded):
    """Output size of a Pooling; clip: whether either axis has a pad."""
    count = rounded((size + 2 * pad - kernel) / stride) + 1
    if clip and (count - 1) * stride >= size + pad:
        count -= 1
    return count


def pool_by_loops(x, want, high, wide, average):
    """Caffe's pooling of a plane, window by window."""
    top = np.full(want, 0 if average else -FLT_MAX, np.float32)
    for i, j in np.ndindex(*want):
        spans = []
        for index, window, size in [(i, high, x.shape[0]), (j, wide, x.shape[1])]:
            start = index * window["stride"] - window["pad"]
            stop = min(start + window["kernel"], size + window["pad"])
            spans.append((stop - start, slice(max(start, 0), min(stop, size))))
        cells = x[spans[0][1], spans[1][1]]
        if average:
            top[i, j] = cells.sum() / (spans[0][0] * spans[1][0])
        elif cells.size:
            top[i, j] = cells.max()
    return top


POOLS = st.fixed_dictionaries({"kernel": KERNELS, "stride": STRIDES}).flatmap(
    lambda window: st.integers(0, window["kernel"] - 1).map(lambda pad: {**window, "pad": pad})
)
NARROW = {"kernel": 1, "stride": 3, "pad": 0}  # the last window may lie past the image


@pytest.mark.parametrize("mode", ["MAX", "AVE"])
@given(
    sizes=st.tuples(SIZES, SIZES),
    high=POOLS,
    wide=POOLS,
    rounding=st.sampled_from(["CEIL", "FLOOR"]),
)
@example(sizes=(5, 5), high=NARROW, wide=NARROW, rounding="CEIL")
@example(sizes=(5, 5), high=NARROW, wide=dict(kernel=3, stride=1, pad=1), rounding="CEIL")
@example(sizes=(2, 9), high=dict(kernel=4, stride=1, pad=3), wide=NARROW, rounding="CEIL")
@quick
def test_pooling(mode, sizes, high, wide, rounding):
    if mode == "AVE":
        high, wide = ({**w, "stride": min(w["stride"], w["kernel"])} for w in (high, wide))
    fields = f"pool: {mode} round_mode: {rounding} "
    fields += written(high, wide, ["kernel", "stride", "pad"])
    text = layer("Pooling", "data", "top", f"pooling_param {{ {fields} }}")
    clip, rounded = high["pad"] or wide["pad"], {"CEIL": math.ceil, "FLOOR": math.floor}[rounding]
    pairs = zip(sizes, (high, wide), strict=True)
    want = [pooled(size, **window, clip=clip, rounded=rounded) for size, window in pairs]
    check_size(text, sizes, want)
    if min(want) >= 1:
        x = np.random.default_rng(sizes[0]).standard_normal(sizes, dtype=np.float32)
        top = net(data(*sizes), text)(data=torch.from_numpy(x)[None, None])["top"][0, 0]
        expected = pool_by_loops(x, want, high, wide, mode == "AVE")
        assert np.allclose(top, expected, atol=1e-6)


def test_a_window_past_the_image_is_the_lowest_number():
    text = layer("Pooling", "data", "top", "pooling_param { kernel_size: 1 stride: 3 }")
    x = torch.full((1, 1, 1, 3), 2.0, requires_grad=True)
    top = net(data(1, 3), text)(data=x)["top"]
    assert top.flatten().tolist() == [2.0, -FLT_MAX]
    top.sum().backward()
    assert x.grad.flatten().tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    "fields", ["kernel_size: 2", "kernel_h: 2 kernel_w: 2", "global_pooling: true"]
)
def test_of_equal_maxima_the_first_gets_the_gradient(fields):
    text = layer("Pooling", "data", "top", f"pooling_param {{ {fields} }}")
    x = torch.zeros(1, 1, 2, 2, requires_grad=True)
    net(data(2, 2), text)(data=x)["top"].sum().backward()
    assert x.grad.flatten().tolist() == [1, 0, 0, 0]


def test_a_pad_beyond_half_a_kernel_takes_no_gradient():
    text = layer("Pooling", "data", "top", "pooling_param { kernel_size: 3 pad: 2 }")
    x = torch.ones(1, 1, 1, 1, requires_grad=True)
    net(data(1, 1), text)(data=x)["top"].sum().backward()
    assert x.grad.item() == 9  # each of 3 x 3 windows sees the pixel


@pytest.mark.parametrize("mode, want", [("MAX", 5.0), ("AVE", 2.5)])
def test_global_pooling_is_of_the_size_at_hand(mode, want):
    fields = f"pooling_param {{ pool: {mode} global_pooling: true }}"
    made = net(data(4, 4), layer("Pooling", "data", "top", fields))
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    assert made(data=x)["top"].tolist() == [[[[want]]]]
