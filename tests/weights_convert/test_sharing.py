"""Parameters of one name: one parameter, one gradient, and what Caffe refuses to share."""

import copy
import io

import h5py
import numpy as np
import pytest
import torch
from prototxts import convolution, fed, net

from weights_convert import load_net, write_caffemodel
from weights_convert.errors import ConvertError, WeightsError
from weights_convert.hdf5 import write_hdf5
from weights_convert.prototxt import parse

DATA = fed("data", 1, 2, 4, 4)
WINDOW = "num_output: 2 kernel_size: 1 bias_term: false"


def named(bottom, top, param="", window=WINDOW):
    text = convolution(bottom, top, window)
    return text.replace("convolution_param", f'param {{ name: "w" {param} }} convolution_param')


def shared(first="", second="", window=WINDOW, phase="TEST"):
    return net(DATA, named("data", "a", first), named("a", "b", second, window), phase=phase)


PERMISSIVE = "share_mode: PERMISSIVE"
ROW = "num_output: 1 kernel_h: 1 kernel_w: 2 bias_term: false"  # (1, 2, 1, 2), as many numbers


def test_one_parameter_with_both_layers_names():
    made = shared(phase="TRAIN")
    assert list(made.state_dict()) == ["a.weight", "b.weight"]
    [(name, weight)] = made.named_parameters()
    assert (name, made.learnable) == ("a.weight", {"a.weight"})
    assert made.params()["b"][0] is weight


def test_the_gradient_is_the_sum():
    made = shared(phase="TRAIN")
    weight = made.params()["a"][0]
    weight.data.fill_(1)
    made(data=torch.ones(1, 2, 4, 4))["b"].sum().backward()
    # b = w w x: each of 16 pixels gives 2 from the inner weight and 2 from the outer
    assert weight.grad.flatten().tolist() == [16 * 4.0] * 4


def test_permissive_sharing_sees_the_owner_in_a_shape_of_its_own():
    made = shared("", PERMISSIVE, ROW, "TRAIN")
    assert list(made.state_dict()) == ["a.weight"]
    made.params()["a"][0].data.copy_(torch.arange(4.0).view(2, 2, 1, 1))
    assert made.params()["b"][0].flatten().tolist() == [0, 1, 2, 3]
    blobs = made(data=torch.ones(1, 2, 4, 4), keep="all")
    assert blobs["a"][0, :, 0, 0].tolist() == [1, 5]
    assert blobs["b"].unique().tolist() == [0 + 1 + 5 * (2 + 3)]
    blobs["b"].sum().backward()
    assert made.params()["a"][0].grad.shape == (2, 2, 1, 1)


def test_a_shared_net_can_be_copied_and_saved():
    made = shared("", PERMISSIVE, ROW, "TRAIN")
    x = torch.ones(1, 2, 4, 4)
    before = made(data=x)["b"]
    torch.save(made, buffer := io.BytesIO())
    buffer.seek(0)
    for other in (copy.deepcopy(made), torch.load(buffer, weights_only=False)):
        assert torch.equal(other(data=x)["b"], before)
        other.params()["a"][0].data.zero_()
        assert not other(data=x)["b"].any()
    assert torch.equal(made(data=x)["b"], before)


@pytest.mark.parametrize(
    "first, second, window, error",
    [
        ("", "", ROW, r"shape \(1, 2, 1, 2\) with share_mode STRICT, but layer 'a' owns it with"),
        ("", PERMISSIVE, "num_output: 3 kernel_size: 1 bias_term: false", "share_mode PERMISSIVE"),
        ("lr_mult: 1", "lr_mult: 2", WINDOW, "lr_mult 2.0, but 1.0 in an earlier layer"),
        ("decay_mult: 1", "decay_mult: 0", WINDOW, "decay_mult 0.0, but 1.0 in an earlier layer"),
    ],
)
def test_refused(first, second, window, error):
    with pytest.raises(ConvertError, match=f"^layer 'b': param 'w': .*{error}"):
        shared(first, second, window)


@pytest.mark.parametrize(
    "first, second, learned",
    [
        ("", "", True),
        ("lr_mult: 0", "", False),
        ("", "lr_mult: 0", False),
        ("lr_mult: 1", "", True),
    ],
)
def test_the_rate_that_is_stated_counts(first, second, learned):
    assert bool(shared(first, second).learnable) == learned


def test_the_filler_of_the_owner_counts():
    fill = WINDOW + " weight_filler { value: %d }"
    made = net(DATA, named("data", "a", "", fill % 1), named("a", "b", "", fill % 2))
    made.begin()
    assert made.params()["b"][0].unique().tolist() == [1]


TEXT = parse(DATA + named("data", "a") + named("a", "b"))
ARRAY = np.arange(4, dtype=np.float32).reshape(2, 2, 1, 1)


def test_the_last_layer_of_the_file_fills_a_shared_parameter(tmp_path):
    write_caffemodel(tmp_path / "w", {"a": [ARRAY], "b": [ARRAY + 1]})
    assert torch.equal(load_net(TEXT, tmp_path / "w").params()["a"][0], torch.tensor(ARRAY + 1))


def test_the_owner_alone_is_enough(tmp_path):
    write_hdf5(tmp_path / "h", {"a": [ARRAY]})
    write_caffemodel(tmp_path / "w", {"a": [ARRAY]})
    for file in ("h", "w"):
        assert torch.equal(load_net(TEXT, tmp_path / file).params()["b"][0], torch.tensor(ARRAY))


def test_a_shared_blob_may_lack_in_hdf5_only(tmp_path):
    bias = 'param { name: "u" } param { name: "v" } convolution_param'
    pair = (convolution("data", top, "num_output: 2 kernel_size: 1") for top in "ab")
    text = parse(DATA + "".join(pair).replace("convolution_param", bias))
    whole = [ARRAY, np.float32([7, 8])]
    write_hdf5(tmp_path / "h", {"a": whole, "b": [ARRAY, whole[1]]})
    with h5py.File(tmp_path / "h", "a") as file:
        del file["data/b/0"]
    assert load_net(text, tmp_path / "h").params()["b"][1].tolist() == [7, 8]
    write_caffemodel(tmp_path / "w", {"a": whole, "b": [ARRAY]})
    with pytest.raises(WeightsError, match="layer 'b': 1 blobs in the file, expected 2"):
        load_net(text, tmp_path / "w")
