"""The pycaffe view computes every blob, diff and parameter as real Caffe did."""

import numpy as np
import pytest
from golden import FORWARD, GOLDEN, GRADIENT, arrays, cases, meta, weights

import weights_convert.pycaffe as caffe

NETS = (
    "nyud-fcn32s-color-hha",
    "siftflow-fcn8s",
    "voc-fcn-alexnet",
    "voc-fcn-googlenet",
    "voc-fcn8s",
)
LAYERS = GOLDEN / "layers"
VALUES = [case for case in cases("layers") if meta(LAYERS / case)["compare"] == "values"]
BACKWARD = [case for case in VALUES if meta(LAYERS / case)["backward"]]


def close(actual, expected, within, key):
    assert actual.shape == expected.shape, key
    scale = expected.std(dtype=np.float64) or np.abs(expected).max(initial=0)
    assert np.abs(actual - expected).max(initial=0) <= 1e-6 + within * scale, key


def fed(net, given):
    for name, values in given.items():
        if not name.startswith("grad:"):
            net.blobs[name].reshape(*values.shape)
            net.blobs[name].data[...] = values


def compare(net, expected):
    for key, values in expected.items():
        kind, _, name = key.partition(":")
        if kind == "param":
            layer, _, index = name.rpartition(":")
            close(net.params[layer][int(index)].data, values, FORWARD, key)
        elif kind != "grad":
            close(net.blobs[key].data, values, FORWARD, key)


@pytest.mark.parametrize("name", NETS)
def test_every_blob_of_the_nets(name):
    folder = GOLDEN / "nets" / name
    net = caffe.Net(str(folder / "net.prototxt"), str(weights(folder)), caffe.TEST)
    fed(net, arrays(folder / "input_tiny.npz"))
    net.forward()
    compare(net, arrays(folder / "output_tiny.npz"))


def layer_case(case):
    folder = LAYERS / case
    phase = {"TRAIN": caffe.TRAIN, "TEST": caffe.TEST}[meta(folder)["phase"]]
    net = caffe.Net(folder / "net.prototxt", phase, weights=weights(folder))
    given = arrays(folder / "input.npz")
    fed(net, given)
    net.forward()
    return net, given, arrays(folder / "output.npz")


@pytest.mark.parametrize("case", sorted({*VALUES} - {*BACKWARD}))
def test_forward(case):
    net, _, expected = layer_case(case)
    compare(net, expected)


@pytest.mark.parametrize("case", BACKWARD)
def test_forward_and_backward(case):
    net, given, expected = layer_case(case)
    compare(net, expected)
    for name, values in given.items():
        if name.startswith("grad:"):
            net.blobs[name.removeprefix("grad:")].diff[...] = values
    for _ in range(2):  # the second time the diffs of parameters begin at 0 again
        net.clear_param_diffs()
        net.backward()
    for key, values in expected.items():
        kind, _, name = key.partition(":")
        if kind == "grad":
            layer, colon, index = name.rpartition(":")
            blob = net.params[layer][int(index)] if colon else net.blobs[name]
            close(blob.diff, values, GRADIENT, key)


def test_every_layer_alone_gives_what_all_give_at_once():
    folder = GOLDEN / "nets" / "voc-fcn8s"
    net = caffe.Net(folder / "net.prototxt", caffe.TEST, weights=weights(folder))
    fed(net, arrays(folder / "input_tiny.npz"))
    for layer in net._layer_names:
        net.forward(start=layer, end=layer)
    compare(net, arrays(folder / "output_tiny.npz"))


def test_a_saved_net_is_read_back_as_it_was(tmp_path):
    folder = GOLDEN / "nets" / "voc-fcn-alexnet"
    net = caffe.Net(folder / "net.prototxt", caffe.TEST, weights=weights(folder))
    net.save(tmp_path / "again.caffemodel")
    net.save_hdf5(tmp_path / "again.caffemodel.h5")
    written = caffe.Net(folder / "net.prototxt", tmp_path / "again.caffemodel", caffe.TEST)
    hdf5 = caffe.Net(folder / "net.prototxt", tmp_path / "again.caffemodel.h5", caffe.TEST)
    for layer, blobs in net.params.items():
        for index, blob in enumerate(blobs):
            assert np.array_equal(written.params[layer][index].data, blob.data)
            assert np.array_equal(hdf5.params[layer][index].data, blob.data)
