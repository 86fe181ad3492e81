"""Each filler against values worked out by hand from Caffe's formulas."""

import math

import pytest
import torch
from prototxts import convolution, fed, layer, net

from weights_convert.errors import ConvertError
from weights_convert.fields import read
from weights_convert.filler import FILLER, fill_
from weights_convert.prototxt import parse

DATA = fed("data", 1, 3, 9, 9)


def filled(text, *shape, seed=0):
    fields = read(parse(text), FILLER, "filler")
    return fill_(torch.full(shape, torch.nan), fields, torch.Generator().manual_seed(seed))


def test_constant():
    assert filled("value: 2.5", 2, 3).tolist() == [[2.5] * 3] * 2
    assert filled("", 4).tolist() == [0] * 4
    assert filled("value: 3").item() == 3


def test_uniform():
    x = filled('type: "uniform" min: -1 max: 3', 100, 100)
    assert (x.min() >= -1, x.max() < 3) == (True, True)
    assert abs(x.mean() - 1) < 0.05
    assert abs(x.std() - 4 / math.sqrt(12)) < 0.02
    assert 0 <= filled('type: "uniform"', 9).min() <= filled('type: "uniform"', 9).max() < 1


def test_gaussian():
    x = filled('type: "gaussian" mean: 3 std: 0.5', 100, 100)
    assert abs(x.mean() - 3) < 0.02
    assert abs(x.std() - 0.5) < 0.01


def test_sparse_gaussian_keeps_so_many_of_the_outputs():
    x = filled('type: "gaussian" sparse: 20', 100, 100)
    assert abs((x != 0).float().mean() - 0.2) < 0.02
    assert abs(x[x != 0].std() - 1) < 0.05
    assert not filled('type: "gaussian" sparse: 0', 5, 5).any()


@pytest.mark.parametrize(
    "norm, n", [("", 50), ("FAN_IN", 50), ("FAN_OUT", 600 // 2), ("AVERAGE", (50 + 300) / 2)]
)
def test_variance_of_xavier_and_msra(norm, n):
    norm = norm and f"variance_norm: {norm}"
    xavier = filled(f'type: "xavier" {norm}', 12, 2, 5, 5).abs().max()
    assert 0.97 * math.sqrt(3 / n) < xavier <= math.sqrt(3 / n)
    msra = filled(f'type: "msra" {norm}', 12, 2, 5, 5).std()
    assert abs(msra / math.sqrt(2 / n) - 1) < 0.1


def test_fan_out_of_a_single_axis_is_its_size():
    x = filled('type: "xavier" variance_norm: FAN_OUT', 300)
    assert 0.97 * math.sqrt(3 / 300) < x.abs().max() <= math.sqrt(3 / 300)


def test_positive_unitball_sums_to_one():
    x = filled('type: "positive_unitball"', 4, 3, 2)
    assert x.min() >= 0
    assert torch.allclose(x.sum((1, 2)), torch.ones(4))


@pytest.mark.parametrize(
    "size, ramp",
    [
        (4, [1 / 4, 3 / 4, 3 / 4, 1 / 4]),
        (3, [1 / 2, 1, 1 / 2]),
        (5, [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]),
    ],
)
def test_bilinear(size, ramp):
    want = torch.tensor(ramp)[:, None] * torch.tensor(ramp)
    x = filled('type: "bilinear"', 2, 3, size, size)
    assert torch.allclose(x, want.expand(2, 3, size, size))


def test_the_same_generator_gives_the_same_numbers():
    one, same, other = (filled('type: "msra"', 3, 3, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    "text, shape, error",
    [
        ('type: "Xavier"', (1, 1), "filler type 'Xavier', expected one of constant, uniform, gaus"),
        ("sparse: 1", (1, 1), "filler constant with sparse 1, expected -1, or 0 and more"),
        ('type: "gaussian" sparse: -2', (1, 1), "filler gaussian with sparse -2, expected"),
        ('type: "gaussian" sparse: 3', (2, 9), "filler gaussian: sparse 3 of 2 outputs"),
        ('type: "gaussian" std: 0', (1, 1), "filler gaussian: std 0.0, expected more than 0"),
        ('type: "uniform" min: 2', (1, 1), "filler uniform: min 2.0 is more than max 1.0"),
        ('type: "bilinear"', (1, 1, 2, 3), r"shape \(1, 1, 2, 3\), expected square kernels"),
        ('type: "bilinear"', (3, 3), r"shape \(3, 3\), expected square kernels"),
        ('type: "msra"', (), "a parameter without axes, expected one with outputs"),
        ("", (0, 2), r"a parameter of shape \(0, 2\), expected one to fill"),
    ],
)
def test_refused(text, shape, error):
    with pytest.raises(ConvertError, match=error):
        filled(text, *shape)


def test_a_layer_names_its_unknown_filler():
    rest = 'num_output: 1 kernel_size: 1 bias_filler { type: "one" }'
    with pytest.raises(ConvertError, match="layer 'a': filler type 'one', expected one of"):
        net(DATA, convolution("data", "a", rest))


def test_parameters_begin_as_their_fillers_say():
    fillers = 'weight_filler { value: 2 } bias_filler { type: "uniform" min: 5 max: 6 }'
    scale = layer("Scale", "a", "s", "scale_param { bias_term: true bias_filler { value: -1 } }")
    made = net(DATA, convolution("data", "a", f"num_output: 2 kernel_size: 1 {fillers}"), scale)
    made.begin(torch.Generator().manual_seed(3))
    state = made.state_dict()
    assert state["a.weight"].unique().tolist() == [2]
    assert 5 <= state["a.bias"].min() < state["a.bias"].max() < 6
    assert (state["s.weight"].tolist(), state["s.bias"].tolist()) == ([1, 1], [-1, -1])
