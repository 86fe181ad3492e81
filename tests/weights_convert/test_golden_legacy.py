"""Old formats, odd but valid files, rules and transplants, as real Caffe computed them."""

import numpy as np
import pytest
import torch
from golden import GOLDEN, arrays, assert_blobs, cases, feeds, meta, weights

from weights_convert import load_net, read_caffemodel

LEGACY = GOLDEN / "legacy"
PLAIN = ["double_data", "input_dim", "input_shape", "unpacked_wire", "v0", "v1"]
VARIANTS = meta(LEGACY / "rules")["variants"]


def assert_case(folder, net, variant=""):
    blobs = net(**feeds(arrays(folder / f"input{variant}.npz")), keep="all")
    assert_blobs(net, blobs, arrays(folder / f"output{variant}.npz"))


def test_all_cases_are_there():
    others = ["hdf5", "partial_weights", "rules", "transplant"]
    assert cases("legacy") == sorted(PLAIN + others)


@pytest.mark.parametrize("case", PLAIN)
def test_plain(case):
    folder = LEGACY / case
    assert_case(folder, load_net(folder / "net.prototxt", weights(folder)))


def test_partial_weights():
    folder = LEGACY / "partial_weights"
    net = load_net(folder / "net.prototxt", weights(folder), partial=True)
    assert_case(folder, net)
    assert net.filled == (("ip",), ("not_in_net",))


@pytest.mark.parametrize("variant", VARIANTS)
def test_rules(variant):
    folder, state = LEGACY / "rules", VARIANTS[variant]
    given, expected = arrays(folder / "input.npz"), arrays(folder / f"output_{variant}.npz")
    fed = ["data"] if "deploy" in state["stages"] else ["data", "label"]
    net = load_net(
        folder / "net.prototxt",
        weights(folder),
        state["phase"],
        {name: given[name].shape for name in fed},
        level=state["level"],
        stages=state["stages"],
        losses=True,
    )
    sources = dict.fromkeys(layer.name for layer in net.graph.inputs.values())
    assert [*sources, *(layer.name for layer in net.graph.layers)] == state["layers"]
    inputs = {name: torch.from_numpy(given[name]) for name in fed}
    assert_blobs(net, net(**inputs, keep="all"), expected)


def test_hdf5():
    folder, same = LEGACY / "hdf5", GOLDEN / "nets" / "voc-fcn8s-atonce"
    net = load_net(folder / "net.prototxt", weights(folder))
    blobs = net(**feeds(arrays(same / "input_tiny.npz")), keep="all")
    assert_blobs(net, blobs, arrays(same / "output_tiny.npz"))
    binary = read_caffemodel(same / "weights.caffemodel.gz")
    for name, own in read_caffemodel(weights(folder)).items():
        assert all(np.array_equal(x, y) for x, y in zip(own, binary.pop(name), strict=True))
    assert not binary


@pytest.mark.parametrize("variant", ["", "_large"])
def test_transplanted(variant):
    folder = LEGACY / "transplant"
    net = load_net(folder / "net.prototxt", folder / "weights.caffemodel")
    assert_case(folder, net, variant)


def test_classifier_before_its_transplant():
    folder = LEGACY / "transplant"
    net = load_net(folder / "classifier.prototxt", folder / "classifier.caffemodel")
    blobs = net(**feeds(arrays(folder / "input.npz")), keep="all")
    assert_blobs(net, blobs, arrays(folder / "output_classifier.npz"))
