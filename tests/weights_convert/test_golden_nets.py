"""Every blob of the narrow nets as real Caffe computed it, at an odd size and at a tiny one."""

from functools import cache

import numpy as np
import pytest
import torch
from golden import GOLDEN, SHARED, arrays, assert_blobs, cases, feeds, weights

from weights_convert import load_net

NETS = cases("nets")
WHOLE = [net for net in NETS if (GOLDEN / "nets" / net / "input.npz").exists()]
ELSEWHERE = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="its large arrays are in ../shared/golden only"),
]
RUNS = [pytest.param(net, GOLDEN, "_tiny", id=f"{net}-tiny") for net in NETS]
RUNS += [pytest.param(net, GOLDEN, "", id=net) for net in WHOLE]
RUNS += [pytest.param(n, SHARED, "", id=n, marks=ELSEWHERE) for n in NETS if n not in WHOLE]


@cache
def opened(net):
    folder = GOLDEN / "nets" / net
    align = True if net.endswith("olddialect") else None
    return load_net(folder / "net.prototxt", weights(folder), align_crops=align)


def run(net, golden, size):
    """The blobs of ours, and those of Caffe."""
    folder = golden / "nets" / net
    with torch.no_grad():
        blobs = opened(net)(**feeds(arrays(folder / f"input{size}.npz")), keep="all")
    return blobs, arrays(folder / f"output{size}.npz")


def test_all_nets_are_there():
    assert len(NETS) == 19
    assert {"voc-fcn32s", "voc-fcn16s", "voc-fcn8s", "voc-fcn8s-atonce"} <= set(WHOLE)


@pytest.mark.parametrize("net, golden, size", RUNS)
def test_every_blob_and_label(net, golden, size):
    blobs, expected = run(net, golden, size)
    assert_blobs(opened(net), blobs, expected)
    for score in opened(net).graph.outputs:
        assert np.array_equal(blobs[score].argmax(1), expected[score].argmax(1)), score


def test_outputs_alone_by_default():
    net = opened("voc-fcn8s")
    x = feeds(arrays(GOLDEN / "nets" / "voc-fcn8s" / "input_tiny.npz"))
    assert list(net(**x)) == ["score"]
    assert list(net(**x, keep=["pool3"])) == ["pool3", "score"]


@pytest.mark.parametrize("net", NETS)
def test_state_dict_keys_are_layer_names(net):
    keys = opened(net).state_dict().keys()
    assert {key.rpartition(".")[2] for key in keys} == {"weight", "bias"}
    stated = {layer.name for layer in opened(net).graph.layers}
    assert {key.rpartition(".")[0] for key in keys} <= stated
