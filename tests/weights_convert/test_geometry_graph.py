"""Places, receptive fields and crop offsets of whole nets, against pixels that are really seen."""

from fractions import Fraction
from pathlib import Path

import pytest
import torch
from golden import GOLDEN, cases
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, graph, layer, net

from reproduce import nets
from weights_convert import load_net
from weights_convert.coordinates import Coordinates, Place, crop_of, receptive_field
from weights_convert.cropping import aligned, crops
from weights_convert.errors import ConvertError
from weights_convert.geometry import Map
from weights_convert.graph import read_graph
from weights_convert.prototxt import parse, read_prototxt, write_prototxt

RELEASE = Path(__file__).parents[2].parent / "shared" / "release"
OLD = "voc-fcn8s-olddialect"
SIDE, BORDER = 301, 100  # pixels; the border is more than any pad or window below
SLIDES = st.tuples(
    st.sampled_from(["Convolution", "Deconvolution", "Pooling"]),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 2),
)


def column(slides):
    """A net of windows one pixel wide, from blob b0 on, whose kernels are ones."""
    layers = [fed("b0", 1, 1, SIDE, 1)]
    for index, (type, kernel, stride, pad, dilation) in enumerate(slides):
        blobs = f"b{index}", f"b{index + 1}"
        fields = (
            f"kernel_h: {kernel} kernel_w: 1 stride_h: {stride} stride_w: 1 pad_h: {pad} pad_w: 0"
        )
        if type == "Pooling":
            layers.append(layer(type, *blobs, f"pooling_param {{ {fields} pool: AVE }}"))
        else:
            fields += f" num_output: 1 bias_term: false dilation: {dilation} dilation: 1"
            layers.append(convolution(*blobs, fields, type))
    made = net(*layers)
    for parameter in made.parameters():
        parameter.data.fill_(1)
    return made, f"b{len(slides)}"


def seen_by(made, blob):
    """(row of `blob`, first row of b0 that it sees, last) for rows far from the border."""
    pulses = torch.eye(SIDE).view(SIDE, 1, SIDE, 1)
    answers = made(b0=pulses)[blob][:, 0, :, 0]
    for row in range(answers.shape[1]):
        rows = answers[:, row].nonzero().flatten().tolist()
        if rows and rows[0] > BORDER and rows[-1] < SIDE - BORDER:
            yield row, rows[0], rows[-1]


@settings(max_examples=100, deadline=None)
@given(st.lists(SLIDES, min_size=1, max_size=3))
def test_receptive_field_and_place_are_of_the_pixels_that_are_seen(slides):
    for type, kernel, stride, pad, _ in slides:
        assume(type != "Pooling" or (pad < kernel and kernel >= stride))
    made, blob = column(slides)
    field = receptive_field(made.graph, blob)
    along = Coordinates.of(made.graph).places[blob]["b0"].height
    assert field.stride == (1 / along.scale, 1)
    only_windows = all(type != "Deconvolution" for type, *_ in slides)
    for row, first, last in seen_by(made, blob):
        assert last - first + 1 <= field.size[0]
        if only_windows:
            assert last - first + 1 == field.size[0]
            assert along.scale * Fraction(first + last, 2) + along.shift == row


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 16), st.integers(1, 8))
def test_receptive_field_of_a_deconvolution_is_the_most_that_a_pixel_sees(kernel, stride):
    made, blob = column([("Deconvolution", kernel, stride, 0, 1)])
    most = max(last - first + 1 for _, first, last in seen_by(made, blob))
    assert receptive_field(made.graph, blob).size == (most, 1)


def test_receptive_fields_and_strides_as_published():
    for name, size in [("voc-fcn32s", 404), ("voc-fcn-alexnet", 355)]:
        field = receptive_field(read_graph(nets.load(name).prototxt()), "fc7")
        assert field == ((size, size), (32, 32)), name


def test_googlenet_has_the_published_field_with_the_pooling_that_the_fcn_leaves_out():
    text = write_prototxt(nets.load("voc-fcn-googlenet").prototxt())
    assert receptive_field(read_graph(parse(text)), "score_fr") == ((715, 715), (32, 32))
    pooling = "pooling_param { pool: AVE kernel_size: 7 stride: 1 }"
    text += layer("Pooling", "inception_5b/output", "pool5/7x7_s1", pooling)
    assert receptive_field(read_graph(parse(text)), "pool5/7x7_s1") == ((907, 907), (32, 32))


def test_several_ways():
    made = graph(
        fed("data", 1, 3, 9, 9),
        fed("other", 1, 3, 9, 9),
        convolution("data", "a", "num_output: 3 kernel_size: 3 pad: 1"),
        convolution("data", "b", "num_output: 3 kernel_size: 7 pad: 3 stride: 1"),
        layer("Eltwise", "a b other", "sum"),
        layer("ReLU", "sum", "sum"),
    )
    places = Coordinates.of(made).places
    assert places["sum"] == {"data": Place(), "other": Place()}
    assert receptive_field(made, "sum").size == (7, 7)
    assert receptive_field(made, "sum", "other") == ((1, 1), (1, 1))
    with pytest.raises(ConvertError, match="blob 'a' does not come from the input 'other'"):
        receptive_field(made, "a", "other")
    with pytest.raises(ConvertError, match="no blob 'c'; the net has data, other, a, b, sum"):
        receptive_field(made, "c")


def test_the_first_bottom_tells_where_a_sum_lies():
    made = graph(
        fed("data", 1, 3, 9, 9),
        convolution("data", "a", "num_output: 3 kernel_size: 3 pad: 2"),
        convolution("data", "b", "num_output: 3 kernel_size: 1 pad: 1"),
        convolution("b", "c", "num_output: 3 kernel_size: 1 pad: 1"),
        layer("Crop", "c b", "d"),
        layer("Eltwise", "b a", "first"),
        layer("Eltwise", "d a", "second"),
    )
    places = Coordinates.of(made).places
    assert [places[blob]["data"].width.shift for blob in ("b", "first", "d", "second")] == [
        1,
        1,
        2,
        2,
    ]


def test_a_crop_sees_nothing_of_the_bottom_that_it_is_cut_to():
    like = convolution("data", "b", "num_output: 3 kernel_size: 7")
    made = graph(fed("data", 1, 3, 9, 9), like, layer("Crop", "data b", "c"))
    assert receptive_field(made, "c").size == (1, 1)


def test_channels_put_together_keep_their_places_and_rows_do_not():
    for rest, origin in [("", "x"), ("axis: -3", "x"), ("axis: 2", "y"), ("concat_dim: 2", "y")]:
        rest = f"concat_param {{ {rest} }}"
        made = graph(fed("x", 1, 1, 9, 9), layer("Concat", "x x", "y", rest))
        assert Coordinates.of(made).places["y"] == {origin: Place()}


def test_each_bottom_of_a_convolution_has_its_top():
    made = graph(
        fed("x", 1, 1, 9, 9),
        fed("y", 1, 1, 9, 9),
        convolution("x y", "u v", "num_output: 1 kernel_size: 3"),
    )
    places = Coordinates.of(made).places
    assert places["u"] == {"x": Place(*[Map(shift=Fraction(-1))] * 2)}
    assert list(places["v"]) == ["y"]


@pytest.mark.parametrize(
    "type, rest, size",
    [
        ("LRN", "lrn_param { norm_region: WITHIN_CHANNEL local_size: 5 }", (5, 5)),
        ("LRN", "", (1, 1)),
        ("Pooling", "pooling_param { kernel_h: 3 kernel_w: 2 }", (3, 2)),
        ("Scale", "", (1, 1)),
    ],
)
def test_layers(type, rest, size):
    made = graph(fed("x", 1, 1, 9, 9), layer(type, "x", "y", rest))
    assert receptive_field(made, "y").size == size


def test_layers_that_keep_no_positions_begin_anew():
    made = graph(
        fed("x", 1, 1, 9, 9),
        layer("Pooling", "x", "y", "pooling_param { global_pooling: true }"),
        convolution("y", "z", "num_output: 1 kernel_size: 1"),
    )
    assert Coordinates.of(made).places["z"] == {"y": Place()}
    with pytest.raises(ConvertError, match="layer 'y': Pooling keeps no positions, so blob 'z'"):
        receptive_field(made, "z")


def test_wrong_fields_name_the_layer():
    made = graph(fed("x", 1, 1, 9, 9), layer("Pooling", "x", "y"))
    with pytest.raises(ConvertError, match="layer 'y': lacks kernel_size"):
        Coordinates.of(made)


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
