"""What a Crop leaves of a Deconvolution, against all of it cropped."""

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, layer, net

from weights_convert.fast import fold

PAIR = st.tuples(st.integers(1, 6), st.integers(1, 6))


@settings(max_examples=60, deadline=None)
@given(
    PAIR, PAIR, st.integers(0, 3), PAIR, st.tuples(st.integers(0, 9), st.integers(0, 9)), st.data()
)
def test_part_is_that_of_the_whole(kernel, stride, pad, bottom, offset, data):
    whole = [s * (b - 1) + k - 2 * pad for s, b, k in zip(stride, bottom, kernel, strict=True)]
    left = [size - begin for size, begin in zip(whole, offset, strict=True)]
    assume(min(whole) > 0 and min(left) > 0)
    size = [data.draw(st.integers(1, count)) for count in left]
    fields = "num_output: 6 group: 2 " + " ".join(
        f"{name}_{axis}: {value}"
        for name, pair in (("kernel", kernel), ("stride", stride), ("pad", (pad, pad)))
        for axis, value in zip("hw", pair, strict=True)
    )
    made = net(
        fed("data", 1, 4, *bottom),
        fed("like", 1, 1, *size),
        convolution("data", "a", fields, "Deconvolution"),
        layer("Crop", "a like", "b", f"crop_param {{ offset: {offset[0]} offset: {offset[1]} }}"),
    )
    feed = {"data": torch.randn(2, 4, *bottom), "like": torch.zeros(2, 1, *size)}
    fast = fold(made)
    ways = "learned" if kernel[0] >= stride[0] and kernel[1] >= stride[1] else "Deconvolution"
    assert ways in fast.report()
    expected = made(**feed)["b"]
    torch.testing.assert_close(fast(**feed)["b"], expected, rtol=1e-4, atol=1e-5)
    best = expected.topk(2, 1).values
    same = fast.labels(**feed)["b"] == expected.argmax(1)
    assert bool((same | (best[:, 0] - best[:, 1] < 1e-4)).all())
