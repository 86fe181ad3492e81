"""Places and receptive fields in whole nets, against pixels that are really seen."""

from fractions import Fraction

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from prototxts import convolution, fed, graph, layer, net

from reproduce import nets
from weights_convert.coordinates import Coordinates, Place, receptive_field
from weights_convert.errors import ConvertError
from weights_convert.geometry import Map
from weights_convert.graph import read_graph
from weights_convert.prototxt import parse, write_prototxt

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
