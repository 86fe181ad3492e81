"""Layers without bottoms that are no inputs: DummyData and Parameter."""

import pytest
import torch
from prototxts import fed, layer, net

from weights_convert import ConvertError


def dummy(tops, fields):
    return net(layer("DummyData", "", tops, f"dummy_data_param {{ {fields} }}"))


def test_dummy_data_needs_no_input_and_has_no_parameter():
    made = dummy("a b", "shape { dim: 2 } shape { dim: 1 dim: 3 } data_filler { value: 4 }")
    assert {blob: x.tolist() for blob, x in made().items()} == {"a": [4, 4], "b": [[4, 4, 4]]}
    assert (made.input_shapes, list(made.state_dict())) == ({}, [])


def test_dummy_data_is_zero_without_filler_and_takes_the_old_sizes():
    made = dummy("a b", "num: 2 num: 3 channels: 1 height: 4 width: 5")
    assert [(x.shape, x.any().item()) for x in made().values()] == [
        ((2, 1, 4, 5), False),
        ((3, 1, 4, 5), False),
    ]


def test_dummy_data_is_random_at_every_run():
    made = dummy("a", "shape { dim: 100 } data_filler { type: 'uniform' min: 2 max: 3 }")
    first, second = made()["a"], made()["a"]
    assert not torch.equal(first, second)
    assert 2 <= first.min() < 2.1 < 2.9 < first.max() <= 3


@pytest.mark.parametrize(
    "fields, error",
    [
        ("", "dummy_data_param: 0 shape for 2 tops, expected one, or one for each top"),
        ("shape { dim: 1 } num: 1", "shape together with num, channels, height or width"),
        ("num: 1 channels: 1 height: 1", "0 width for 2 tops"),
        ("shape { dim: 1 } data_filler { type: 'odd' }", "filler type 'odd', expected one of"),
        ("shape { dim: 0 }", r"shape \(0,\), expected one to fill"),
        ("shape { dim: -1 }", r"shape \(-1,\)"),
        (f"shape {{ dim: 1 }} {'data_filler { } ' * 3}", "3 data_filler for 2 tops"),
    ],
)
def test_dummy_data_refuses(fields, error):
    with pytest.raises(ConvertError, match=f"layer 'a': .*{error}"):
        dummy("a b", fields)


def test_a_parameter_is_a_top():
    text = layer("Parameter", "", "p", "parameter_param { shape { dim: 2 dim: 3 } }")
    made = net(fed("x", 2, 3), text, layer("Eltwise", "x p", "a"), phase="TRAIN")
    made.begin()
    assert {name: x.tolist() for name, x in made.state_dict().items()} == {
        "p.weight": [[0] * 3] * 2
    }
    made(x=torch.ones(2, 3))["a"].sum().backward()
    assert made.params()["p"][0].grad.tolist() == [[1] * 3] * 2
