"""Single layers, forward and gradients, as real Caffe computed them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from weights_convert import load_net, read_prototxt
from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet

GOLDEN = Path(__file__).parent.parent / "golden" / "layers"
CASES = sorted(path.name for path in GOLDEN.iterdir())
FORWARD, GRADIENT = 5e-5, 1e-4  # of the blob's standard deviation


def assert_close(actual, expected, within, what):
    assert actual.shape == expected.shape, what
    scale = expected.std(dtype=np.float64) or np.abs(expected).max()
    assert np.abs(actual - expected).max() <= 1e-6 + within * scale, what


def built(folder):
    phase = "TRAIN" if folder.name.startswith("softmaxloss") else "TEST"  # TEST drops losses
    weights = list(folder.glob("weights.caffemodel*"))
    if weights:
        return load_net(folder / "net.prototxt", weights[0], phase).requires_grad_(True)
    return CaffeNet(read_graph(read_prototxt(folder / "net.prototxt"), phase))


@pytest.fixture(params=CASES)
def case(request):
    folder = GOLDEN / request.param
    given, expected = (dict(np.load(folder / f"{name}.npz")) for name in ("input", "output"))
    return built(folder), given, expected


def feeds(given):
    return {name: torch.from_numpy(x) for name, x in given.items() if not name.startswith("grad:")}


def test_forward_is_caffes(case):
    net, given, expected = case
    blobs = net(**feeds(given), keep="all")
    for blob, values in expected.items():
        if ":" not in blob:
            assert_close(blobs[blob].detach().numpy(), values, FORWARD, blob)


def test_gradients_are_caffes(case):
    net, given, expected = case
    if not any(key.startswith("grad:") for key in expected):
        pytest.skip("Caffe was not run backward on this case")
    inputs = {name: x.requires_grad_(True) for name, x in feeds(given).items()}
    outputs = net(**inputs)
    losses = [name for name in outputs if f"grad:{name}" not in given and not outputs[name].dim()]
    seeds = {
        name: torch.from_numpy(given[f"grad:{name}"]) for name in outputs if f"grad:{name}" in given
    }
    weight = loss_weight(net)
    seeds.update({name: torch.full_like(outputs[name], weight) for name in losses})
    torch.autograd.backward([outputs[name] for name in seeds], list(seeds.values()))
    for key, values in expected.items():
        if key.startswith("grad:"):
            assert_close(gradient(net, inputs, key), values, GRADIENT, key)


def loss_weight(net):
    stated = [layer.message.all("loss_weight") for layer in net.graph.layers]
    return float(next((weights[0] for weights in stated if weights), 1.0))


def gradient(net, inputs, key):
    _, name, *index = key.split(":")
    found = list(net._modules[name].parameters())[int(index[0])] if index else inputs[name]
    return np.zeros(found.shape, np.float32) if found.grad is None else found.grad.numpy()


def test_cases_are_there():
    assert len(CASES) >= 60
