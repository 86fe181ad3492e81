"""What load_net takes besides two files that fit: no weights, or some, and states of the net."""

import numpy as np
import pytest
import torch
from golden import SHARED
from prototxts import convolution, fed, layer

from weights_convert import load_net, write_caffemodel
from weights_convert.errors import ShapeError, WeightsError
from weights_convert.prototxt import parse

FILLED = "num_output: 1 kernel_size: 1 weight_filler { value: 2 } bias_filler { value: 3 }"
TEXT = parse(fed("data", 1, 1, 1, 1) + convolution("data", "a", FILLED) + convolution("a", "b"))
ALONE = parse(fed("data", 1, 1, 1, 1) + convolution("data", "a", FILLED))
BLOBS = [np.full((1, 1, 1, 1), 5, np.float32), np.float32([7])]
OLD = SHARED.parent / "caffe-v1"


@pytest.fixture
def saved(tmp_path):
    """A function that writes a caffemodel."""

    def save(**params):
        write_caffemodel(tmp_path / "w.caffemodel", params)
        return tmp_path / "w.caffemodel"

    return save


def test_without_weights_the_fillers_say_how_a_net_begins():
    net = load_net(TEXT, None)
    assert [blob.item() for blob in net.params()["a"]] == [2, 3]
    assert net.filled == (("a", "b"), ())
    assert not net(data=torch.zeros(1, 1, 1, 1))["b"].any()


def test_the_generator_makes_the_numbers():
    text = parse(
        fed("data", 1, 1, 1, 1)
        + convolution("data", "a", 'num_output: 9 kernel_size: 1 weight_filler { type: "msra" }')
    )
    one, same = (
        load_net(text, None, generator=torch.Generator().manual_seed(4)).state_dict()["a.weight"]
        for _ in range(2)
    )
    assert torch.equal(one, same)
    assert one.unique().numel() == 9


def test_in_part(saved):
    path = saved(a=BLOBS, c=BLOBS)
    net = load_net(TEXT, path, partial=True)
    assert net.filled == (("b",), ("c",))
    assert [blob.item() for blob in net.params()["a"]] == [5, 7]
    assert not any(blob.any() for blob in net.params()["b"])


@pytest.mark.parametrize(
    "params, error",
    [
        ({"a": BLOBS[:1]}, "layer 'a': 1 blobs in the file, expected 2"),
        ({"a": [*BLOBS, BLOBS[1]]}, "layer 'a': 3 blobs in the file, expected 2"),
        ({"a": BLOBS[::-1]}, r"layer 'a': blob 0 has shape \(1,\) in the file, expected \(1, 1, 1"),
    ],
)
def test_in_part_what_is_there_must_fit(saved, params, error):
    with pytest.raises(WeightsError, match=error):
        load_net(TEXT, saved(**params), partial=True)


def test_what_the_net_has_not_is_refused_unless_asked_for(saved):
    path = saved(a=BLOBS, c=BLOBS)
    with pytest.raises(WeightsError, match="has, and the net has not, parameters of c; expected"):
        load_net(ALONE, path)
    assert load_net(ALONE, path, partial=True).filled == ((), ("c",))


@pytest.mark.parametrize(
    "text, error",
    [
        (fed("data", 2**16, 2**15), "input 'data': a blob of shape .* at most 2147483647 numbers"),
        (fed("data", 1, -1), r"input 'data': a blob of shape \(1, -1\), expected no negative size"),
        (
            fed("data", 1, 1, 1, 1)
            + convolution(
                "data", "a", "num_output: 1073741824 kernel_h: 2 kernel_w: 1 pad_h: 1 pad_w: 0"
            ),
            r"layer 'a': a blob of shape \(1073741824, 1, 2, 1\)",
        ),
        (
            fed("data", 2, 2, 1, 1)
            + layer("Tile", "data", "a", "tile_param { tiles: 1073741824 }"),
            r"layer 'a': a blob of shape \(2, 2147483648, 1, 1\)",
        ),
    ],
)
def test_what_no_blob_can_hold_is_refused(text, error):
    with pytest.raises(ShapeError, match=f"^{error}"):
        load_net(parse(text), None)


def test_of_layers_of_one_name_the_first_is_filled(saved):
    other = convolution("data", "b", FILLED).replace('name: "b"', 'name: "a"')
    text = parse(fed("data", 1, 1, 1, 1) + convolution("data", "a", FILLED) + other)
    net = load_net(text, saved(a=BLOBS), partial=True)
    assert list(net.state_dict()) == ["a.weight", "a.bias", "a#2.weight", "a#2.bias"]
    assert [value.item() for value in net.state_dict().values()] == [5, 7, 2, 3]
    assert net.filled.kept == ("a#2",)
    with pytest.raises(WeightsError, match="lacks parameters of a#2; expected"):
        load_net(text, saved(a=BLOBS))


def test_a_layer_without_parameters_may_take_the_name(saved):
    text = layer("ReLU", "data", "r", name="a") + convolution("r", "b").replace('"b" ', '"a" ', 1)
    with pytest.raises(WeightsError, match="layer 'a': 2 blobs in the file, expected 0"):
        load_net(parse(fed("data", 1, 1, 1, 1) + text), saved(a=BLOBS), partial=True)


def test_layers_without_a_name_have_keys_of_their_own(saved):
    nameless = [convolution("data", top).replace(f'name: "{top}"', "") for top in "ab"]
    net = load_net(parse(fed("data", 1, 1, 3, 3) + "".join(nameless)), None)
    assert [key for key in net.state_dict() if "weight" in key] == ["#1.weight", "#2.weight"]


def test_a_name_that_looks_like_a_second_layer_is_not_taken():
    tops = [convolution("data", top) for top in "abc"]
    tops[1] = tops[1].replace('name: "b"', 'name: "a"')
    tops[2] = tops[2].replace('name: "c"', 'name: "a#2"')
    net = load_net(parse(fed("data", 1, 1, 3, 3) + "".join(tops)), None)
    keys = [key for key in net.state_dict() if "weight" in key]
    assert keys == ["a.weight", "a#2#.weight", "a#2.weight"]


def test_level_and_stages(saved):
    rule = 'include { min_level: 1 stage: "x" }'
    text = parse(
        fed("data", 1, 1, 1, 1) + layer("ReLU", "data", "r", rule) + convolution("data", "a")
    )
    assert load_net(text, None).graph.outputs == ("a",)
    assert load_net(text, None, level=1, stages=["x"]).graph.outputs == ("r", "a")


@pytest.mark.shared
@pytest.mark.skipif(not OLD.is_dir(), reason="the nets of 2014 are not in ../shared/caffe-v1")
@pytest.mark.parametrize(
    "name, weights, shape",
    [
        ("lenet", "lenet_iter_10000", (64, 1, 28, 28)),
        ("lenet_train_test", "lenet_iter_10000", (2, 1, 28, 28)),
        ("cifar10_quick", "cifar10_quick_iter_4000", (1, 3, 32, 32)),
        ("cifar10_quick_train_test", "cifar10_quick_iter_4000", (2, 3, 32, 32)),
        ("cifar10_full", "cifar10_full_iter_70000", (1, 3, 32, 32)),
    ],
)
def test_nets_of_2014(name, weights, shape):
    files = OLD / f"{name}.prototxt", OLD / f"{weights}.caffemodel"
    for phase in ("TEST", "TRAIN"):
        shapes = {"data": shape}
        shapes |= {"label": shape[:1]} if phase == "TRAIN" and "train" in name else {}
        net = load_net(*files, phase, shapes)
        [top] = net(**{blob: torch.zeros(shape) for blob, shape in shapes.items()}).values()
        assert top.isfinite().all()
        assert top.shape == (() if "label" in shapes else (shape[0], 10))
        assert [layer.params[1].lr_mult for layer in net.graph.layers if layer.params][:1] == [2]
