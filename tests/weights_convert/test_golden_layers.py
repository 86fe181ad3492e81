"""Each case of one to four layers, forward and backward, as real Caffe computed it."""

import pytest
import torch
from golden import (
    GOLDEN,
    GRADIENT,
    arrays,
    assert_blobs,
    assert_close,
    cases,
    feeds,
    meta,
    parameter,
    weights,
)

from weights_convert import load_net

LAYERS = GOLDEN / "layers"
VALUES = [case for case in cases("layers") if meta(LAYERS / case)["compare"] == "values"]
BACKWARD = [case for case in VALUES if meta(LAYERS / case)["backward"]]


def opened(case):
    """The net of `case` as Caffe had it, with the inputs and outputs of its forward pass."""
    folder = LAYERS / case
    phase = meta(folder)["phase"]
    net = load_net(folder / "net.prototxt", weights(folder), phase, losses=True)
    return net, arrays(folder / "input.npz"), arrays(folder / "output.npz")


def test_all_cases_are_there():
    assert len(cases("layers")) == 96
    assert set(cases("layers")) - set(VALUES) == {"dropout_train_statistics"}


@pytest.mark.parametrize("case", VALUES)
def test_forward(case):
    net, given, expected = opened(case)
    with torch.no_grad():
        assert_blobs(net, net(**feeds(given), keep="all"), expected)


@pytest.mark.parametrize("case", BACKWARD)
def test_backward(case):
    net, given, expected = opened(case)
    for name, weight in net.named_parameters():
        weight.requires_grad_(name in net.learnable)
    inputs = {name: x.requires_grad_() for name, x in feeds(given).items()}
    backward(net, net(**inputs), given)
    for key, values in expected.items():
        if key.startswith("grad:"):
            name = key.removeprefix("grad:")
            grad = (parameter(net, name) if ":" in name else inputs[name]).grad
            assert_close(torch.zeros(values.shape) if grad is None else grad, values, GRADIENT, key)


def backward(net, outputs, given):
    """Caffe's backward pass: from each output with a stated gradient, and from each loss."""
    weights = net.graph.loss_weights
    seeds = {blob: torch.tensor(weights[blob]) for blob in outputs if blob in weights}
    stated = {blob: given.get(f"grad:{blob}") for blob in outputs}
    seeds |= {blob: torch.from_numpy(x) for blob, x in stated.items() if x is not None}
    torch.autograd.backward([outputs[blob] for blob in seeds], list(seeds.values()))


def test_dropout_in_training_keeps_and_scales_as_many():
    net, given, expected = opened("dropout_train_statistics")
    inputs = {"x": torch.from_numpy(given["x"]).requires_grad_()}
    outputs = net(**inputs)
    backward(net, outputs, given)
    kept, scale = outputs["y"] != 0, torch.from_numpy(expected["y"] / given["x"]).max()
    assert torch.allclose(outputs["y"][kept], inputs["x"][kept] * scale)
    assert abs(kept.float().mean() - (expected["y"] != 0).mean()) < 0.03
    assert torch.allclose(inputs["x"].grad, torch.from_numpy(given["grad:y"]) * kept * scale)
