"""Layers that move numbers about: what they refuse, and the corners the golden cases leave out."""

import pytest
import torch
import torch.nn.functional as F
from golden import GOLDEN, weights
from prototxts import convolution, fed, layer, net

from weights_convert import ConvertError, load_net
from weights_convert.errors import PrototxtError, ShapeError, UnsupportedError, WeightsError

INPUTS = fed("x", 2, 4, 3, 5) + fed("y", 2, 4, 3, 6) + fed("n", 3)
PARAM = {"InnerProduct": "inner_product_param", "Im2col": "convolution_param"}


def text(type, fields, bottoms="x", tops="a"):
    param = PARAM.get(type, f"{type.lower()}_param")
    return layer(type, bottoms, tops, f"{param} {{ {fields} }}" if fields else "")


def one(type, fields, *dims, bottoms="x", tops="a"):
    """A net of one layer on blob x and, if asked for, n."""
    inputs = fed("x", *dims), fed("n", 3) if "n" in bottoms else ""
    return net(*inputs, text(type, fields, bottoms, tops))


def counting(*dims):
    return torch.arange(float(torch.Size(dims).numel())).view(dims)


def refused(kind, error, text):
    """Expects that layer `a` on INPUTS is refused, by its name, with an error of exactly `kind`."""
    with pytest.raises(ConvertError, match=error) as caught:
        net(INPUTS, text)
    assert caught.type is kind
    assert "layer 'a': " in str(caught.value)


@pytest.mark.parametrize(
    "type, fields, error",
    [
        ("Concat", "axis: 4", "concat_param: axis 4 of a bottom of shape"),
        ("Concat", "concat_dim: 4", "concat_param: concat_dim 4 of a bottom of shape"),
        ("Flatten", "axis: 2 end_axis: 0", "end_axis 0 of a .* expected it from axis 2 on"),
        ("Flatten", "end_axis: 4", "flatten_param: end_axis 4 of a bottom of shape"),
        ("Reshape", "shape { dim: 7 }", r"shape \(2, 4, 3, 5\) as \(7,\), expected 120 elements"),
        ("Reshape", "axis: 3 shape { dim: 5 dim: 0 }", "dim 1 is 0, but .* has no axis 4 to copy"),
        ("Reshape", "axis: 3 num_axes: 2", "reshape_param: axis 3 and num_axes 2 of a bottom"),
        ("Reshape", "axis: -6", "reshape_param: axis -6 and num_axes -1 of a bottom"),
        ("Reshape", "num_axes: -2", "reshape_param: axis 0 and num_axes -2 of a bottom"),
        ("Reduction", "axis: -5", "reduction_param: axis -5 of a bottom of shape"),
        ("Tile", "tiles: 2 axis: 4", "tile_param: axis 4 of a bottom of shape"),
        ("InnerProduct", "num_output: 1 axis: 4", "inner_product_param: axis 4 of a bottom"),
        ("Im2col", "kernel_size: 3 dilation: 2", "kernel 3 with dilation 2 does not fit in 3"),
    ],
)
def test_shapes_that_do_not_fit(type, fields, error):
    refused(ShapeError, error, text(type, fields))


@pytest.mark.parametrize(
    "type, fields, error",
    [
        ("Concat", "axis: 1 concat_dim: 1", "axis together with concat_dim, expected one of them"),
        ("Reshape", "shape { dim: [-1, -1] }", r"shape \(-1, -1\), expected -1 once at most"),
        ("Reshape", "shape { dim: -2 }", r"shape \(-2,\), expected -1 once at most"),
        ("Tile", "", "tile_param: tiles 0, expected at least 1"),
        ("InnerProduct", "", "inner_product_param lacks num_output, expected at least 1"),
        ("Embed", "input_dim: 2", "embed_param lacks num_output, expected at least 1"),
        ("Embed", "num_output: 2", "embed_param lacks input_dim, expected at least 1"),
        ("Im2col", "", "lacks kernel_size, or both kernel_h and kernel_w"),
        ("Silence", "", "Silence with 1 top blobs, expected 0"),
        ("Parameter", "", "Parameter with 1 bottom blobs, expected 0"),
    ],
)
def test_fields_that_are_wrong(type, fields, error):
    refused(ConvertError, error, text(type, fields))


@pytest.mark.parametrize(
    "type, fields, bottoms, tops, error, kind",
    [
        ("Concat", "", "x y", "a", r"6\)\], expected the same but along", ShapeError),
        ("Concat", "", "x n", "a", r"\(3,\)\], expected the same but along", ShapeError),
        ("Concat", "concat_dim: -1", "x", "a", "found -1, expected an integer", PrototxtError),
        ("Slice", "", "x", "a b c", "slice_param: 3 tops do not divide 4 evenly", ShapeError),
        ("Slice", "slice_point: 2", "x", "a b c", "1 slice_point for 3 tops, exp", ConvertError),
        ("Slice", "slice_point: [3, 3]", "x", "a b c", r"\(3, 3\) of 4, expected ris", ShapeError),
        ("Slice", "slice_point: [1, 2, 3, 4]", "x", "a b c d e", "of 4, expected", ShapeError),
        ("Slice", "slice_point: 5", "x", "a b", r"slice_point \(5,\) of 4, expected", ShapeError),
        ("Slice", "slice_point: 0", "x", "a b", r"slice_point \(0,\) of 4, expected", ShapeError),
        ("Im2col", "kernel_size: 1 axis: 2", "x", "a", "axis 2 of a bottom", UnsupportedError),
        ("Filter", "", "x n", "a b", "2 bottoms, 2 tops, expected one for each", ConvertError),
        ("Filter", "", "x n", "a", r"\(2, 4, 3, 5\), a selector of 3 items", ShapeError),
        ("Filter", "", "x y", "a", "a selector of shape .* expected a number for", ShapeError),
        ("BatchReindex", "", "x y", "a", r"expected \(N, ...\) and \(n,\)", ShapeError),
    ],
)
def test_blobs_that_do_not_fit(type, fields, bottoms, tops, error, kind):
    refused(kind, error, text(type, fields, bottoms, tops))


@pytest.mark.parametrize("type", ["Split", "Flatten", "Reshape"])
def test_what_cannot_be_in_place(type):
    with pytest.raises(ConvertError, match=f"layer 'x': {type} in place on blob 'x', expected a t"):
        net(INPUTS, text(type, "", "x", "x"))


@pytest.mark.parametrize(
    "case, error, kind",
    [
        (
            "concat_shape_mismatch",
            r"'cc': .*6, 7\)\], expected the same but along axis 1",
            ShapeError,
        ),
        ("slice_uneven", "'sl': slice_param: 3 tops do not divide 4 evenly", ShapeError),
        ("reshape_count", r"'rs': .* as \(1, 5, -1, 11\), expected 168 elements", ShapeError),
        ("weights_ip_other_size", r"'ip': .*\(5, 560\) .* expected \(5, 480\)", WeightsError),
    ],
)
def test_what_caffe_refuses(case, error, kind):
    folder = GOLDEN / "bad" / case
    with pytest.raises(kind, match=error):
        load_net(folder / "net.prototxt", weights(folder))


def test_concat_refuses_a_bottom_of_fewer_axes():
    with pytest.raises(ShapeError, match=r"\[\(2, 3\), \(2,\)\], expected the same but along"):
        net(fed("x", 2, 3), fed("n", 2), layer("Concat", "x n", "a"))


def test_the_last_slice_may_be_empty():
    tops = one("Slice", "slice_point: 3", 1, 3, 2, 2, tops="a b")(x=counting(1, 3, 2, 2))
    assert (tops["a"].shape, tops["b"].shape) == ((1, 3, 2, 2), (1, 0, 2, 2))


def test_the_gradients_of_a_split_add_up():
    x = torch.ones(2, 3, requires_grad=True)
    tops = one("Split", "", 2, 3, tops="a b")(x=x)
    (2 * tops["a"] + 3 * tops["b"]).sum().backward()
    assert x.grad.unique().tolist() == [5]


def test_flatten_of_no_axis_adds_one():
    top = one("Flatten", "axis: 2 end_axis: 1", 2, 3, 4)(x=counting(2, 3, 4))["a"]
    assert top.shape == (2, 3, 1, 4)


@pytest.mark.parametrize(
    "fields, shape",
    [
        ("shape { dim: 0 dim: -1 dim: 2 }", (2, 6, 2)),
        ("shape { dim: 4 } num_axes: 0", None),
        ("shape { dim: 1 } num_axes: 0", (1, 2, 3, 4)),
        ("shape { dim: 1 dim: 1 } axis: -1", (2, 3, 4, 1, 1)),
        ("shape { dim: 0 dim: 2 dim: -1 } axis: 1", (2, 3, 2, 2)),
        ("shape { dim: 6 } num_axes: 2", (6, 4)),
        ("shape { dim: 12 dim: -1 } axis: -3", (2, 12, 1)),
    ],
)
def test_reshape(fields, shape):
    if shape is None:
        with pytest.raises(ShapeError, match="expected 24 elements"):
            one("Reshape", fields, 2, 3, 4)
    else:
        x = counting(2, 3, 4)
        assert torch.equal(one("Reshape", fields, 2, 3, 4)(x=x)["a"], x.view(shape))


def test_asum_has_no_gradient_at_zero():
    x = torch.tensor([[-2.0, 0, 3]], requires_grad=True)
    top = one("Reduction", "operation: ASUM coeff: 2", 1, 3)(x=x)["a"]
    top.backward()
    assert (top.item(), x.grad.tolist()) == (10, [[-2, 0, 2]])


def test_an_inner_product_is_bound_to_the_size_of_its_bottom():
    made = one("InnerProduct", "num_output: 2", 1, 3, 4, 4)
    with pytest.raises(ShapeError, match=r"layer 'a': .*\(1, 3, 4, 5\), its weight takes 48"):
        made(x=torch.zeros(1, 3, 4, 5))


def test_embed_by_hand():
    made = one("Embed", "num_output: 2 input_dim: 3", 2, 2)
    weight, bias = made.params()["a"]
    weight.data, bias.data = counting(3, 2), torch.tensor([10.0, 20])
    weight.requires_grad_()
    top = made(x=torch.tensor([[2.0, 0], [2, 1.9]]))["a"]  # Caffe cuts 1.9 to 1
    assert top.tolist() == [[[14, 25], [10, 21]], [[14, 25], [12, 23]]]
    top.sum().backward()
    assert weight.grad.tolist() == [[1, 1], [1, 1], [2, 2]]


@pytest.mark.parametrize("row", [3, -1])
def test_embed_refuses_a_number_that_is_no_row(row):
    with pytest.raises(ConvertError, match=f"layer 'a': row {row}, expected from 0 to 2"):
        one("Embed", "num_output: 2 input_dim: 3", 1)(x=torch.tensor([float(row)]))


def test_im2col_by_hand():
    top = one("Im2col", "kernel_size: 2 dilation: 2", 1, 2, 3, 3)(x=counting(1, 2, 3, 3))["a"]
    assert top.flatten().tolist() == [0, 2, 6, 8, 9, 11, 15, 17]
    assert top.shape == (1, 8, 1, 1)


def test_im2col_is_what_the_kernels_of_a_convolution_see():
    rest = "kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 3 dilation: [1, 3]"
    x = torch.randn(2, 3, 7, 8)
    columns = one("Im2col", rest, 2, 3, 7, 8)(x=x)["a"]
    made = net(fed("x", 2, 3, 7, 8), convolution("x", "a", f"num_output: 4 {rest}"))
    weight, bias = made.params()["a"]
    by_columns = F.conv2d(columns, weight.view(4, 18, 1, 1), bias)
    assert torch.allclose(by_columns, made(x=x)["a"], atol=1e-6)


@pytest.mark.parametrize("axis, dims", [(0, (3, 4, 5)), (2, (2, 2, 3, 4, 5))])
def test_im2col_of_other_axes(axis, dims):
    x = torch.randn(dims)
    top = one("Im2col", f"kernel_size: 2 axis: {axis}", *dims)(x=x)["a"]
    assert top.shape == (*dims[:-3], 12, 3, 4)
    assert torch.equal(top.reshape(-1, 12, 3, 4)[-1, 8], x.reshape(-1, 3, 4, 5)[-1, 2, :-1, :-1])


def test_filter():
    made = one("Filter", "", 3, 2, bottoms="x n")
    x = counting(3, 2).requires_grad_()
    top = made(x=x, n=torch.tensor([0.0, -1, 2]))["a"]
    assert top.tolist() == [[2, 3], [4, 5]]
    top.sum().backward()
    assert x.grad.tolist() == [[0, 0], [1, 1], [1, 1]]
    assert made(x=x, n=torch.zeros(3))["a"].shape == (0, 2)


def test_batch_reindex():
    made = one("BatchReindex", "", 2, 2, bottoms="x n")
    x = counting(2, 2).requires_grad_()
    top = made(x=x, n=torch.tensor([1.0, 0, 1.9]))["a"]  # Caffe cuts 1.9 to 1
    assert top.tolist() == [[2, 3], [0, 1], [2, 3]]
    top.sum().backward()
    assert x.grad.tolist() == [[1, 1], [2, 2]]
    with pytest.raises(
        ConvertError, match=r"layer 'a': item -0\.5, expected from 0 to less than 2"
    ):
        made(x=x, n=torch.tensor([1, -0.5, 0]))


def test_silence_takes_any_number_and_leaves_no_output():
    made = net(fed("x", 1), fed("y", 2), layer("Silence", "x y", name="quiet"), fed("z", 3))
    assert list(made(x=torch.ones(1), y=torch.ones(2), z=torch.ones(3))) == ["z"]
