"""Every blob of the narrow VOC nets as real Caffe computed it, at an odd size and a tiny one."""

from pathlib import Path

import numpy as np
import pytest
import torch

from weights_convert import load_net

GOLDEN = Path(__file__).parent.parent / "golden" / "nets"
NETS = ["voc-fcn32s", "voc-fcn16s", "voc-fcn8s", "voc-fcn8s-atonce", "voc-fcn-alexnet"]
WITHIN = 5e-5  # of a blob's standard deviation; float32 sums in another order reach 2.4e-5


@pytest.fixture(scope="module", params=NETS)
def case(request):
    folder = GOLDEN / request.param
    return folder, load_net(folder / "net.prototxt", folder / "weights.caffemodel.gz")


def blobs(net, path):
    feeds = {name: torch.from_numpy(x) for name, x in np.load(path).items()}
    return {blob: x.numpy() for blob, x in net(**feeds, keep="all").items()}


@pytest.mark.parametrize("size", ["", "_tiny"])
def test_every_blob_is_caffes(case, size):
    folder, net = case
    expected = dict(np.load(folder / f"output{size}.npz"))
    actual = blobs(net, folder / f"input{size}.npz")
    assert actual.keys() >= expected.keys()
    for blob, values in expected.items():  # in Caffe's order: the first wrong one is named
        assert actual[blob].shape == values.shape, blob
        error = np.abs(actual[blob] - values).max() / max(values.std(), 1e-6)
        assert error <= WITHIN, f"first differing blob {blob}: {error:.1e} of its std"


@pytest.mark.parametrize("size", ["", "_tiny"])
def test_labels_are_caffes(case, size):
    folder, net = case
    labels = blobs(net, folder / f"input{size}.npz")["score"].argmax(1)
    expected = np.load(folder / f"output{size}.npz")["score"].argmax(1)
    assert np.array_equal(labels, expected)


def test_outputs_alone_by_default(case):
    folder, net = case
    feeds = {name: torch.from_numpy(x) for name, x in np.load(folder / "input_tiny.npz").items()}
    assert list(net(**feeds)) == ["score"]
    assert (
        list(net(**feeds, keep=["pool3"] if "pool3" in net._last_use else "pool1"))[-1] == "score"
    )


def test_state_dict_keys_are_layer_names(case):
    _, net = case
    assert {"score_fr.weight", "score_fr.bias"} <= net.state_dict().keys()
    assert not [key for key in net.state_dict() if key.startswith(("relu", "drop", "score."))]
