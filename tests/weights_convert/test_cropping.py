"""Crop offsets of whole nets: stated, derived from the geometry, and aligned."""

from fractions import Fraction
from pathlib import Path

import pytest
from golden import GOLDEN, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, graph, layer

from weights_convert import load_net
from weights_convert.coordinates import Coordinates, Place, crop_of
from weights_convert.cropping import aligned, crops
from weights_convert.errors import ConvertError
from weights_convert.geometry import Map
from weights_convert.graph import read_graph
from weights_convert.prototxt import read_prototxt, write_prototxt

RELEASE = Path(__file__).parents[2].parent / "shared" / "release"
OLD = "voc-fcn8s-olddialect"


def assert_offsets_agree(path):
    found = crops(read_graph(read_prototxt(path)))
    assert found, path
    for crop in found:
        assert crop.stated and crop.derived == crop.offset, (path, crop)


@pytest.mark.parametrize("net", [name for name in cases("nets") if name != OLD])
def test_stated_offsets_agree_with_the_geometry(net):
    assert_offsets_agree(GOLDEN / "nets" / net / "net.prototxt")


@pytest.mark.shared
def test_released_offsets_agree_with_the_geometry():
    if not RELEASE.exists():
        pytest.skip("the release's prototxts are not beside the checkout (../shared/release)")
    paths = [path for path in RELEASE.glob("*-*/*.prototxt") if path.stem != "solver"]
    assert len(paths) == 31
    for path in paths:
        assert_offsets_agree(path)


def test_offsets_of_the_older_dialect():
    old = read_graph(read_prototxt(GOLDEN / "nets" / OLD / "net.prototxt"))
    found = [(crop.top, crop.offset, crop.stated, crop.agrees) for crop in crops(old)]
    assert found == [
        ("score-pool4c", (0, 0), False, False),
        ("score-pool3c", (0, 0), False, False),
        ("upscore", (0, 0), False, False),
    ]
    with pytest.warns(UserWarning, match="'voc-fcn8s-olddialect': no Crop layer states an offset"):
        new = aligned(old)
    assert [crop.offset for crop in crops(new)] == [(5, 5), (9, 9), (31, 31)]
    assert all(crop.stated and crop.agrees for crop in crops(new))
    assert aligned(old, False) is old and aligned(new) is new


DATA = fed("data", 1, 3, 20, 20)
STRIDED = convolution("data", "c", "num_output: 3 kernel_size: 5 stride: 2 pad: 6")
SPREAD = convolution("c", "u", "num_output: 3 kernel_size: 4 stride: 2", "Deconvolution")
HALF = convolution("c", "u", "num_output: 3 kernel_size: 3 stride: 2", "Deconvolution")


def crop(bottoms, top="y", rest=""):
    return layer("Crop", bottoms, top, rest)


def test_a_stated_offset_that_disagrees_is_obeyed():
    made = graph(DATA, STRIDED, HALF, crop("u data", rest="crop_param { offset: 3 offset: 6 }"))
    (found,) = crops(made)
    assert (found.offset, found.derived, found.agrees) == ((3, 6), (5, 5), False)
    assert aligned(made) is made and aligned(made, True) is made
    assert Coordinates.of(made).places["y"]["data"] == Place(
        Map(shift=Fraction(2)), Map(shift=Fraction(-1))
    )


@pytest.mark.parametrize(
    "rest, offset",
    [
        ("", (0, 0)),
        ("crop_param { offset: 4 }", (4, 4)),
        ("crop_param { axis: 1 offset: 1 offset: 2 offset: 3 }", (2, 3)),
        ("crop_param { axis: 1 offset: 1 }", (1, 1)),
        ("crop_param { axis: 3 offset: 7 }", (0, 7)),
        ("crop_param { axis: -1 offset: 7 }", (0, 7)),
        ("crop_param { axis: -2 offset: 7 }", (7, 7)),
    ],
)
def test_offset_of_height_and_width(rest, offset):
    assert crop_of(graph(DATA, crop("data data", rest=rest)).layers[0]) == offset


@pytest.mark.parametrize(
    "rest, stated",
    [
        ("", {"axis": 2, "offset": 5}),
        ("crop_param { axis: 1 }", {"axis": 1, "offset": [0, 5, 5]}),
        ("crop_param { axis: -1 }", {"axis": -1, "offset": 5}),
    ],
)
def test_an_aligned_layer_states_its_offset(rest, stated):
    made = aligned(graph(DATA, STRIDED, HALF, crop("u data", rest=rest)), True)
    (param,) = made.layers[-1].message.all("crop_param")
    assert write_prototxt(param) == write_prototxt(type(param).of(stated))


def test_height_and_width_apart():
    fields = "num_output: 3 kernel_h: 3 kernel_w: 5 pad_h: 2 pad_w: 5"
    made = aligned(graph(DATA, convolution("data", "c", fields), crop("c data")), True)
    assert crops(made)[0].offset == (1, 3)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "layers",
    [
        [fed("x", 1, 3, 20, 20), crop("data x")],  # nothing connects them
        [STRIDED, SPREAD, crop("u data")],  # half a pixel
        [STRIDED, crop("c data")],  # another scale
        [STRIDED, HALF, crop("u data"), crop("u data", "z", "crop_param { axis: 2 }")],
        [crop("data data")],  # offset 0 either way
    ],
)
def test_files_that_the_older_dialect_cannot_have_are_cropped_at_0(layers):
    made = aligned(graph(DATA, *layers))
    assert {found.offset for found in crops(made)} == {(0, 0)}


def test_what_cannot_be_aligned_is_refused_when_asked_for():
    with pytest.raises(
        ConvertError, match=r"^net.prototxt:3: layer 'y': cannot crop blob 'data' to"
    ):
        aligned(graph(DATA, fed("x", 1, 3, 20, 20), crop("data x")), True)
    with pytest.raises(ConvertError, match=r"layer 'y': cannot crop a blob of .* pixel upon pixel"):
        aligned(graph(DATA, STRIDED, SPREAD, crop("u data")), True)


def test_default_offset_of_caffe_is_0(recwarn):
    folder = GOLDEN / "layers" / "crop_default"
    made = load_net(folder / "net.prototxt", None)
    assert crops(made.graph)[0].offset == (0, 0) and not recwarn.list


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 6), st.integers(1, 4), st.integers(0, 9), st.integers(0, 6), st.integers(1, 9)
)
def test_an_aligned_crop_lies_where_its_second_bottom_lies(kernel, stride, pad, crop_pad, coarse):
    window = f"num_output: 3 kernel_size: {kernel} stride: {stride} pad: {pad}"
    spread = f"num_output: 3 kernel_size: {coarse} stride: {stride} pad: {crop_pad}"
    made = graph(
        DATA,
        convolution("data", "c", window),
        convolution("c", "u", spread, "Deconvolution"),
        crop("u data"),
    )
    # pixel j of c sees the image around stride j - pad + (kernel - 1) / 2, and u has it painted
    # around stride j - crop_pad + (coarse - 1) / 2
    offset = Fraction(coarse - kernel, 2) - crop_pad + pad
    if offset.denominator > 1 or offset < 0:
        with pytest.raises(ConvertError, match="pixel upon pixel"):
            aligned(made, True)
    else:
        new = aligned(made, True)
        assert crops(new)[0].offset == (offset, offset)
        assert Coordinates.of(new).places["y"]["data"] == Place()
