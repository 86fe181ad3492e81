"""The pycaffe view's arrays, ways of calling it, and what it says of the rest."""

import numpy as np
import pytest
from golden import GOLDEN, arrays, weights
from prototxts import convolution, fed, layer

import weights_convert.pycaffe as caffe
from weights_convert.errors import ConvertError, ShapeError, WeightsError

FCN8S = GOLDEN / "nets" / "voc-fcn8s"
DATA = fed("data", 1, 1, 2, 2)
RELU = layer("ReLU", "a", "a", name="relu")


@pytest.fixture
def opened(tmp_path):
    """Opens a net of these layers, its parameters 1."""

    def open_net(*texts, phase=caffe.TEST, **more):
        path = tmp_path / "net.prototxt"
        path.write_text("".join(texts))
        net = caffe.Net(str(path), phase, **more)
        for blobs in net.params.values():
            for blob in blobs:
                blob.data[...] = 1
        return net

    return open_net


def one(bottom, top):
    return convolution(bottom, top, "num_output: 1 kernel_size: 1")


def test_names_in_caffes_order(opened):
    net = opened(DATA, one("data", "a"), RELU, one("a", "z"), one("a", "b"))
    assert list(net.blobs) == ["data", "a", "z", "b"]
    assert net._layer_names == ["data", "a", "relu", "z", "b"]
    assert list(net.params) == ["a", "z", "b"]
    assert (net.inputs, net.outputs) == (["data"], ["b", "z"])
    assert net.bottom_names["relu"] == net.top_names["relu"] == ["a"]
    assert [one.type for one in net.layers][:3] == ["Input", "Convolution", "ReLU"]
    assert net.layer_dict["z"].blobs is net.params["z"]


def test_what_is_written_into_data_is_read_by_the_next_layer(opened):
    net = opened(DATA, one("data", "a"), RELU, one("a", "b"))
    held = net.blobs["b"].data
    net.blobs["data"].data[...] = [[[[1, 2], [3, -4]]]]
    assert net.forward()["b"].flatten().tolist() == [3, 4, 5, 1]
    assert net.blobs["a"].data.flatten().tolist() == [2, 3, 4, 0]  # after the layer in place
    net.blobs["a"].data[0, 0, 0, 0] = 10
    net.params["b"][1].data[...] = 5
    net.forward(start="b")
    assert held.flatten().tolist() == [15, 8, 9, 5]
    assert net.module.state_dict()["b.bias"].item() == 5


def test_forward_from_layer_to_layer_and_with_further_blobs(opened):
    net = opened(DATA, one("data", "a"), RELU, one("a", "b"))
    found = net.forward(blobs=["data"], end="a", data=-np.ones((1, 1, 2, 2)))
    assert found["a"].flatten().tolist() == [0, 0, 0, 0] and found.keys() == {"a", "data"}
    assert not net.blobs["b"].data.any()
    assert net.forward(start="b")["b"].tolist() == [[[[1, 1], [1, 1]]]]


def test_before_a_layer_in_place_a_blob_is_what_its_maker_made(opened):
    net = opened(DATA, one("data", "a"), RELU, phase=caffe.TRAIN)
    net.blobs["data"].data[...] = -3
    assert net.forward(end="a")["a"].tolist() == [[[[-2, -2], [-2, -2]]]]
    assert net.forward(start="relu")["a"].any() == False  # noqa: E712


def test_a_blob_that_is_reshaped_takes_the_net_with_it(opened):
    net = opened(DATA, one("data", "a"), convolution("a", "b", "num_output: 3 kernel_size: 2"))
    data = net.blobs["data"].data
    data[...] = [[[[1, 2], [3, 4]]]]
    net.blobs["data"].reshape(1, 1, 2, 1)
    assert net.blobs["data"].data.flatten().tolist() == [1, 2]
    net.blobs["data"].reshape(2, 1, 5, 7)
    net.reshape()
    blob = net.blobs["b"]
    assert (blob.num, blob.channels, blob.height, blob.width) == blob.shape == (2, 3, 4, 6)
    assert blob.count == blob.data.size == 144
    bias = net.params["b"][1]
    assert (bias.shape, bias.num, bias.channels, bias.width) == ((3,), 3, 1, 1)


def test_backward_from_layer_to_layer(opened):
    net = opened("force_backward: true ", DATA, one("data", "a"), one("a", "b"), one("a", "c"))
    net.forward()
    for name, diff in (("b", 2), ("c", 3)):
        net.blobs[name].diff[...] = diff
    assert net.backward()["data"].flatten().tolist() == [5] * 4
    assert net.params["a"][1].diff.tolist() == [20]
    assert net.backward(end="b", diffs=["data"])["a"].flatten().tolist() == [5] * 4
    assert net.params["b"][1].diff.tolist() == [16]  # twice 8: diffs of parameters add up
    given = {"a": np.full((1, 1, 2, 2), 7)}
    assert net.backward(start="a", **given)["data"].flatten().tolist() == [7] * 4
    net.clear_param_diffs()
    assert net.params["a"][1].diff.tolist() == [0]


def test_loss_and_gradients_without_force(opened):
    text = [DATA, fed("t", 1, 1, 2, 2), one("data", "a"), layer("EuclideanLoss", "a t", "loss")]
    net = opened(*text)
    assert net.blobs["loss"].diff == 1
    found = net.forward(data=np.ones((1, 1, 2, 2)), t=np.zeros((1, 1, 2, 2)))
    assert found["loss"] == 8
    net.backward()
    assert net.blobs["a"].diff.flatten().tolist() == [2] * 4
    assert not net.blobs["data"].diff.any()


@pytest.mark.parametrize(
    "over, at, gradient",
    [
        (layer("ELU", "a", "a", name="over"), -1, np.exp(-1)),
        (layer("Power", "a", "a", "power_param { power: 2 }", name="over"), 3, 6),
    ],
)
def test_the_gradient_of_a_layer_in_place_is_that_at_its_bottom(opened, over, at, gradient):
    net = opened("force_backward: true ", DATA, one("data", "a"), over)
    net.forward(data=np.full((1, 1, 2, 2), at - 1))
    found = net.backward(a=np.ones((1, 1, 2, 2)))
    assert found["data"].flatten().tolist() == pytest.approx([gradient] * 4)


def test_a_layer_in_place_leaves_what_the_gradient_before_it_needs(opened):
    twice = layer("Power", "a", "a", "power_param { scale: 2 }", name="twice")
    net = opened("force_backward: true ", DATA, layer("Sigmoid", "data", "a"), twice)
    net.forward(data=np.zeros((1, 1, 2, 2)))
    assert net.backward(a=np.ones((1, 1, 2, 2)))["data"].flatten().tolist() == [0.5] * 4


def test_blobs_of_equal_numbers_are_not_one_memory(opened):
    net = opened(DATA, layer("Dropout", "data", "a"))
    net.forward(data=np.ones((1, 1, 2, 2)))
    net.blobs["a"].data[...] = 2
    assert net.blobs["data"].data.flatten().tolist() == [1] * 4


def test_parameters_are_shared(opened, tmp_path):
    net, other = (opened(DATA, one("data", "a")) for _ in range(2))
    held = net.params["a"][0]
    net.share_with(other)
    other.params["a"][0].data[...] = 3
    assert held.data == 3 == net.params["a"][0].data
    assert net.forward(data=np.ones((1, 1, 2, 2)))["a"].flatten().tolist() == [4] * 4
    wide = opened(DATA, convolution("data", "a", "num_output: 2 kernel_size: 1"))
    with pytest.raises(WeightsError, match="layer 'a': parameters"):
        net.share_with(wide)


def test_ways_to_open_a_net():
    path, file = FCN8S / "net.prototxt", weights(FCN8S)
    nets = [
        caffe.Net(str(path), str(file), caffe.TEST),
        caffe.Net(str(path), caffe.TEST, weights=str(file)),
        caffe.Net(path, phase=caffe.TEST, weights=file),
        caffe.Net(path, caffe.TEST, 0, None, file),
    ]
    nets.append(caffe.Net(str(path), caffe.TEST))
    assert not nets[-1].params["fc6"][0].data.any()
    nets[-1].copy_from(str(file))
    for net in nets:
        assert np.array_equal(net.params["fc6"][0].data, nets[0].params["fc6"][0].data)
    with pytest.raises(ConvertError, match=r"expected \(prototxt, caffe.TEST\)"):
        caffe.Net(str(path), str(file))


def test_a_file_of_other_layers_fills_what_it_can_and_is_told():
    folder = GOLDEN / "legacy" / "partial_weights"
    text = r"layers that the net has not: not_in_net; that the file has not: ip"
    with pytest.warns(UserWarning, match=text):
        net = caffe.Net(folder / "net.prototxt", weights(folder), caffe.TEST)
    given = arrays(folder / "input.npz")
    net.forward(**given)
    for name, values in arrays(folder / "output.npz").items():
        if not name.startswith("param:"):
            assert np.allclose(net.blobs[name].data, values, atol=1e-4), name


def test_stages_and_level_choose_layers(opened):
    dropped = layer("ReLU", "a", "b", 'include { stage: "more" min_level: 2 }')
    assert opened(DATA, one("data", "a"), dropped).outputs == ["a"]
    assert opened(DATA, one("data", "a"), dropped, level=2, stages=["more"]).outputs == ["b"]


def test_wrong_calls_are_told_in_words(opened):
    net = opened(DATA, one("data", "a"))
    for call, error in (
        (lambda: net.forward(image=1), r"inputs \['image'\] given, expected \['data'\]"),
        (lambda: net.forward(data=np.zeros((2, 1, 2, 2))), "'data' has shape .*reshape the blob"),
        (lambda: net.forward(end="z"), "layer 'z': not in the net"),
        (lambda: net.forward(blobs=["z"]), r"no blob \['z'\]; the net has \['data', 'a'\]"),
        (lambda: net.backward(), "phase TEST and no loss, expected force_backward"),
        (lambda: net.blobs["data"].reshape((1, 2)), "expected whole numbers"),
        (lambda: net.params["a"][0].reshape(1), "cannot be reshaped"),
    ):
        with pytest.raises(ConvertError, match=error):
            call()
    net.blobs["data"].reshape(1, 2, 2, 2)
    with pytest.raises(ShapeError, match=r"input 'data' has shape \(1, 2, 2, 2\), expected like"):
        net.forward()
    with pytest.raises(ShapeError, match="input 'data'"):
        net.reshape()
    net = opened("force_backward: true ", DATA, one("data", "a"))
    with pytest.raises(ConvertError, match="layer 'a' has not run"):
        net.backward()


def test_unknown_attributes_name_those_there_are(opened):
    net = opened(DATA, one("data", "a"))
    with pytest.raises(
        AttributeError, match=r"Net.forward_all: not in this view.*blobs.*share_with"
    ):
        net.forward_all  # noqa: B018
    with pytest.raises(AttributeError, match=r"Blob.gpu_data: .*channels, count, data"):
        net.blobs["data"].gpu_data  # noqa: B018
    with pytest.raises(AttributeError, match=r"no solvers, use reproduce.solver"):
        caffe.SGDSolver("solver.prototxt")
    with pytest.raises(AttributeError, match="no solvers"):
        caffe.get_solver("solver.prototxt")
    with pytest.raises(AttributeError, match=r"caffe.Classifier: not in this view.*Net"):
        caffe.Classifier  # noqa: B018
    with pytest.raises(AttributeError):
        net.blobs["data"].data = 1


def test_modes(monkeypatch, opened):
    caffe.set_device(0)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.warns(UserWarning, match="no GPU, so on the CPU"):
        caffe.set_mode_gpu()
    net = opened(DATA, one("data", "a"))
    assert net.forward(data=np.zeros((1, 1, 2, 2)))["a"].any()
    caffe.set_mode_cpu()
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    with pytest.raises(ConvertError, match=r"set_device\(2\): expected 0 to 1"):
        caffe.set_device(2)


def test_random_seed(opened):
    drop = layer("Dropout", "data", "a")
    net, found = opened(DATA, drop, phase=caffe.TRAIN), []
    net.blobs["data"].reshape(1, 1, 20, 20)
    net.blobs["data"].data[...] = 1
    for seed in (1, 1, 2):
        caffe.set_random_seed(seed)
        found.append(net.forward()["a"].copy())
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])


def test_a_loss_without_a_top_is_no_output_and_counts(opened):
    found = {}
    for top in ("", "loss"):
        loss = layer("EuclideanLoss", "a label", top, name="l")
        net = opened(DATA, fed("label", 1, 1, 2, 2), one("data", "a"), loss, phase=caffe.TRAIN)
        net.blobs["data"].data[...], net.blobs["label"].data[...] = 3, 1
        net.forward()
        net.backward()
        found[top] = net.outputs, net.params["a"][0].diff.item()
    assert found == {"": ([], 4 * 3 * 3), "loss": (["loss"], 4 * 3 * 3)}
