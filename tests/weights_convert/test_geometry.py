"""Where a blob lies on the image, against receptive fields counted pixel by pixel."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weights_convert.errors import ConvertError
from weights_convert.geometry import Map, crop_offset
from weights_convert.spec import Spec

IMAGE = Map()
WINDOWS = st.lists(st.tuples(st.integers(1, 8), st.integers(1, 4), st.integers(0, 100)), max_size=6)


def centre(windows, pixel):
    """Middle of what `pixel` of the last blob sees of the image."""
    first = last = pixel
    for kernel, stride, pad in reversed(windows):
        first, last = first * stride - pad, last * stride - pad + kernel - 1
    return Fraction(first + last, 2)


@given(WINDOWS, st.integers(-5, 5))
def test_a_pixel_lies_at_the_middle_of_its_receptive_field(windows, pixel):
    blob = IMAGE
    for window in windows:
        blob = blob.window(*window)
    assert blob.scale * centre(windows, pixel) + blob.shift == pixel


@given(st.integers(1, 64), st.integers(1, 32), st.integers(0, 9), st.integers(-5, 5))
def test_a_deconvolution_puts_its_kernel_around_the_pixel(kernel, stride, pad, pixel):
    painted = [pixel * stride - pad + step for step in range(kernel)]
    blob = IMAGE.spread(kernel, stride, pad)
    assert blob.scale * pixel + blob.shift == Fraction(sum(painted), kernel)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 8), st.integers(0, 40))
def test_a_deconvolution_undoes_its_convolution(kernel, stride, pad, offset):
    assert IMAGE.window(kernel, stride, pad).spread(kernel, stride, pad) == IMAGE
    blob = IMAGE.window(kernel, stride, pad).spread(kernel, stride, pad).cut(offset)
    assert blob == Map(Fraction(1), Fraction(-offset))
    assert crop_offset(IMAGE, blob) == offset


def vgg16():
    """Maps of pool3, pool4 and fc7 of the release's VGG16 nets."""
    blob, maps = IMAGE.window(3, 1, 100), []
    for same in [1, 2, 3, 3, 3]:
        for _ in range(same - (blob == IMAGE)):
            blob = blob.window(3, 1, 1)
        blob = blob.window(2, 2)
        maps.append(blob)
    return maps[2], maps[3], maps[4].window(7).window(1)


def test_offsets_of_the_release():
    pool3, pool4, fc7 = vgg16()
    assert crop_offset(fc7.spread(64, 32), IMAGE) == 19
    coarse = fc7.spread(4, 2)
    assert crop_offset(pool4, coarse) == 5
    assert crop_offset(coarse.spread(32, 16), IMAGE) == 27
    middle = coarse.spread(4, 2)
    assert crop_offset(pool3, middle) == 9
    assert crop_offset(middle.spread(16, 8), IMAGE) == 31


def test_offset_of_alexnet():
    blob = IMAGE.window(11, 4, 100).window(3, 2).window(5, 1, 2).window(3, 2)
    for _ in range(3):
        blob = blob.window(3, 1, 1)
    blob = blob.window(3, 2).window(6)
    assert crop_offset(blob.spread(63, 32), IMAGE) == 18
    with pytest.raises(ConvertError, match="they do not lie pixel upon pixel"):
        crop_offset(blob.spread(64, 32), IMAGE)  # half a pixel


@pytest.mark.parametrize(
    "blob",
    [
        IMAGE.window(2),  # half a pixel
        IMAGE.window(1, 2),  # another scale
        IMAGE.cut(1),  # begins within the other
    ],
)
def test_what_cannot_be_cropped(blob):
    with pytest.raises(
        ConvertError, match=r"^cannot crop a blob of .* to one of scale 1, shift 0: they"
    ):
        crop_offset(blob, IMAGE)


def test_a_spec_follows_its_layers():
    spec = Spec("n")
    blob = spec.input("data", (1, 3, 8, 8))
    blob = spec.convolution("a", blob, num_output=1, kernel_size=3, dilation=2, stride=2, pad=5)
    blob = spec.relu("r", blob)
    blob = spec.pooling("p", blob, 2, 2)
    blob = spec.dropout("d", blob)
    blob = spec.upsample("u", blob, 1, 7, 4)
    assert spec.maps["a"] == IMAGE.window(5, 2, 5)  # two between the taps: it reaches five pixels
    spec.crop("c", blob, "data")
    # pixel j of p sees the image around 4 j - 2, and u paints it around 4 j + 3
    assert spec.layers[-1]["crop_param"] == {"axis": 2, "offset": 5}
    assert spec.maps["c"] == IMAGE
