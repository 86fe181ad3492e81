"""Layers that compare elements with each other: normalisation, softmax, argmax, scale and bias."""

import pytest
import torch
from prototxts import fed, graph, layer, net

from weights_convert.errors import ConvertError, ShapeError
from weights_convert.net import CaffeNet


def one(type, rest, *shapes, phase="TEST"):
    """A net of one layer, with bottoms a, b of `shapes` and top y."""
    names = "ab"[: len(shapes)]
    inputs = [fed(name, *shape) for name, shape in zip(names, shapes, strict=True)]
    return net(*inputs, layer(type, " ".join(names), "y", rest), phase=phase)


def top(type, rest, *bottoms):
    given = dict(zip("ab", bottoms, strict=False))
    return one(type, rest, *(tuple(x.shape) for x in bottoms))(**given)["y"]


def began(type, rest, *shape, phase="TEST"):
    made = CaffeNet(graph(fed("a", *shape), layer(type, "a", "y", rest), phase=phase))
    made.begin()
    return made


def statistics(made):
    return [blob.tolist() for blob in made.params()["y"]]


PAIRS = torch.tensor([[1.0, 3.0], [5.0, 3.0]])  # (N, C): channels of mean 3, variance 4 and 0


def test_argmax_takes_the_last_of_equals():
    x = torch.tensor([[1.0, 3.0, 3.0, 2.0]])
    assert top("ArgMax", "", x).tolist() == [[[2]]]
    assert top("ArgMax", "argmax_param { top_k: 4 out_max_val: true }", x).tolist() == [
        [[2, 1, 3, 0], [3, 3, 2, 1]]
    ]
    assert top("ArgMax", "argmax_param { axis: -1 top_k: 2 }", x).tolist() == [[2, 1]]


@pytest.mark.parametrize(
    "rest, shape, expected",
    [
        ("", (2, 3, 4, 5), (2, 1, 1, 1)),
        ("", (2,), (2, 1, 1)),
        ("top_k: 3 out_max_val: true", (2, 3, 4, 5, 6), (2, 2, 3, 1, 1)),
        ("top_k: 3 axis: 2", (2, 3, 4, 5), (2, 3, 3, 5)),
    ],
)
def test_shapes_of_argmax(rest, shape, expected):
    assert top("ArgMax", f"argmax_param {{ {rest} }}", torch.rand(shape)).shape == expected


def test_argmax_passes_no_gradient():
    x = torch.rand(1, 3, requires_grad=True)
    made = one("ArgMax", "argmax_param { out_max_val: true axis: 1 }", (1, 3))
    assert not made(a=x)["y"].requires_grad


def test_a_flat_plane_has_a_gradient_of_zero_in_mvn():
    x = torch.full((1, 1, 2, 2), 3.0, requires_grad=True)
    y = one("MVN", "", (1, 1, 2, 2))(a=x)["y"]
    y.backward(torch.full_like(y, 2.0))
    assert not y.any() and not x.grad.any()


def test_eps_counts_in_the_gradient_of_mvn():
    x = torch.tensor([[[[1.0, -1.0]]]], requires_grad=True)  # deviation 1, so 2 with eps
    y = one("MVN", "mvn_param { eps: 1 }", (1, 1, 1, 2))(a=x)["y"]
    y.backward(torch.tensor([[[[1.0, 0.0]]]]))
    # (g - mean g - y mean(g y)) / 2 with y = (1/2, -1/2), mean(g y) = 1/4
    assert x.grad.flatten().tolist() == [0.1875, -0.1875]


def test_mvn_makes_four_axes():
    assert top("MVN", "mvn_param { across_channels: true }", torch.rand(2, 3)).shape == (2, 3, 1, 1)


def test_batchnorm_of_a_new_net_has_no_statistics():
    made = began("BatchNorm", "batch_norm_param { eps: 4 }", 2, 2)
    assert made(a=PAIRS)["y"].tolist() == [[0.5, 1.5], [2.5, 1.5]]


def test_batchnorm_sums_what_it_sees():
    rest = "batch_norm_param { moving_average_fraction: 0.5 }"
    made = began("BatchNorm", rest, 2, 2, phase="TRAIN")
    made(a=PAIRS)
    assert statistics(made) == [[3, 3], [8, 0], [1]]  # variance 4 * 2 / (2 - 1)
    made(a=PAIRS + 1)
    assert statistics(made) == [[5.5, 5.5], [12, 0], [1.5]]
    made.eval()
    mean, variance = torch.tensor(5.5) / 1.5, torch.tensor([12, 0]) / 1.5
    assert torch.allclose(made(a=PAIRS)["y"], (PAIRS - mean) / (variance + 1e-5).sqrt())
    assert statistics(made) == [[5.5, 5.5], [12, 0], [1.5]]


@pytest.mark.parametrize("phase, stated", [("TRAIN", "true"), ("TEST", "false")])
def test_use_global_stats_goes_before_the_phase(phase, stated):
    rest = f"batch_norm_param {{ use_global_stats: {stated} }}"
    made = began("BatchNorm", rest, 2, 2, phase=phase)
    made(a=PAIRS)
    assert statistics(made)[2] == [0 if stated == "true" else 1]


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_statistics_are_never_learned(phase):
    made = began("BatchNorm", "", 2, 2, phase=phase)
    assert not made.learnable
    x = PAIRS.clone().requires_grad_()
    made.requires_grad_()(a=x)["y"].sum().backward()
    assert x.grad is not None
    assert all(blob.grad is None for blob in made.params()["y"])


def test_a_second_bottom_lies_on_the_axes_from_axis_on():
    x, pair = torch.ones(2, 3, 2), torch.tensor([2.0, 4.0])
    assert top("Bias", "bias_param { axis: 0 }", x, pair)[:, 0, 0].tolist() == [3, 5]
    assert top("Scale", "scale_param { axis: 2 }", x, pair)[0, 0].tolist() == [2, 4]
    assert top("Scale", "scale_param { axis: -3 }", x, pair)[:, 2, 1].tolist() == [2, 4]


def test_scale_by_a_second_bottom_has_a_bias_alone():
    made = one("Scale", "scale_param { axis: 0 bias_term: true }", (2, 3), (2,))
    [bias] = made.params()["y"]
    assert bias.shape == (2,)
    x, pair = torch.ones(2, 3), torch.tensor([2.0, 4.0])
    assert torch.equal(made(a=x, b=pair)["y"], x * pair[:, None] + bias[:, None])


@pytest.mark.parametrize("num_axes, shape", [(0, ()), (1, (3,)), (2, (3, 4)), (-1, (3, 4, 5))])
@pytest.mark.parametrize("type", ["Bias", "Scale"])
def test_num_axes_of_a_parameter(type, num_axes, shape):
    made = one(type, f"{type.lower()}_param {{ num_axes: {num_axes} }}", (2, 3, 4, 5))
    assert [blob.shape for blob in made.params()["y"]] == [shape]
    assert made(a=torch.ones(2, 3, 4, 5))["y"].shape == (2, 3, 4, 5)


def test_lrn_within_a_channel_leaves_k_out():
    rest = "lrn_param { local_size: 1 alpha: 3 beta: 1 k: 9 norm_region: WITHIN_CHANNEL }"
    assert top("LRN", rest, torch.ones(1, 2, 1, 1)).flatten().tolist() == [0.25, 0.25]


@pytest.mark.parametrize(
    "type, rest, shapes, error, text",
    [
        ("Softmax", "softmax_param { axis: 2 }", [(2, 3)], ShapeError,
         r"softmax_param: axis 2 of a bottom of shape \(2, 3\), expected from -2 to 1"),
        ("ArgMax", "argmax_param { axis: 4 }", [(2, 3)], ShapeError, "argmax_param: axis 4 of a"),
        ("ArgMax", "argmax_param { top_k: 0 }", [(2, 3)], ConvertError, "top_k 0, expected at l"),
        ("ArgMax", "argmax_param { top_k: 4 }", [(2, 3)], ShapeError, "4, expected at most 3"),
        ("ArgMax", "argmax_param { top_k: 3 axis: 0 }", [(2, 3)], ShapeError, "expected at most 2"),
        ("MVN", "", [(1, 1, 1, 1, 1)], ShapeError, "expected at most four axes"),
        ("BatchNorm", "", [(3,)], ShapeError, r"shape \(3,\), expected \(N, C, ...\)"),
        ("BatchNorm", "param { lr_mult: 0 } param { }", [(2, 3)], ConvertError,
         "lr_mult 1.0 for blob 1, expected 0: statistics of BatchNorm are not learned"),
        ("Scale", "scale_param { axis: 2 }", [(2, 3)], ShapeError, "scale_param: axis 2 of a"),
        ("Bias", "bias_param { num_axes: 2 }", [(2, 3)], ShapeError, "num_axes 2 from axis 1 of 2"),
        ("Bias", "bias_param { num_axes: -2 }", [(2, 3)], ShapeError, "num_axes -2 from axis 1"),
        ("Scale", "", [(2, 3), (2,)], ShapeError, r"\(3,\), its second bottom is of \(2,\), f"),
        ("Bias", "", [(2, 3), (3, 4)], ShapeError, r"\(3,\), its second bottom is of \(3, 4\)"),
        ("LRN", "lrn_param { local_size: 4 }", [(1, 1, 1, 1)], ConvertError, "local_size 4, expec"),
        ("LRN", "", [(2, 3)], ShapeError, r"shape \(2, 3\), expected \(N, C, H, W\)"),
    ],
)  # fmt: skip
def test_errors(type, rest, shapes, error, text):
    with pytest.raises(error, match=rf"layer 'y': .*{text}"):
        one(type, rest, *shapes)


def test_argmax_is_not_in_place():
    with pytest.raises(ConvertError, match="layer 'x': ArgMax in place on blob 'x'"):
        net(fed("x", 1, 2), layer("ArgMax", "x", "x"))


def test_a_parameter_along_the_image_is_bound_to_its_size():
    module = one("Bias", "bias_param { axis: 1 num_axes: 2 }", (1, 2, 3))._modules["y"]
    with pytest.raises(
        ShapeError, match=r"a bottom of \(3, 2\), its bias is of \(2, 3\), from axis 1"
    ):
        module.reshape([(1, 3, 2)])


def test_statistics_are_of_as_many_channels():
    module = one("BatchNorm", "", (2, 3))._modules["y"]
    with pytest.raises(ShapeError, match="bottom of 4 channels, statistics of 3"):
        module.reshape([(2, 4)])
