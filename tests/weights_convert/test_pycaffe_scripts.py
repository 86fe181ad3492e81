"""Scripts in the manner of pycaffe run on the view: inference, scoring, surgery, training."""

import sys

import numpy as np
import pytest
from golden import FORWARD, GOLDEN, arrays, weights

import weights_convert.pycaffe as caffe

FCN8S = GOLDEN / "nets" / "voc-fcn8s"
TRANSPLANT = GOLDEN / "legacy" / "transplant"
SOLVER = GOLDEN / "solver" / "f32s_fixed_m09"
# What the Python layers of the golden solver cases are called, and what they do.
LAYERS = """
import caffe
import numpy as np

class FixedList(caffe.Layer):
    def setup(self, bottom, top):
        given = eval(self.param_str)
        self.file, self.tops, self.turn = np.load(given["npz"]), given["tops"], 0

    def reshape(self, bottom, top):
        self.item = [self.file[f"{name}_{self.turn % 3}"] for name in self.tops]
        for blob, values in zip(top, self.item):
            blob.reshape(1, *values.shape[1:])

    def forward(self, bottom, top):
        for blob, values in zip(top, self.item):
            blob.data[...] = values
        self.turn += 1

    def backward(self, top, propagate_down, bottom):
        pass
"""


@pytest.fixture
def solver_folder(tmp_path, monkeypatch):
    """Where the solver case's data layer runs: its module is there, and `import caffe` the view."""
    (tmp_path / "golden_layers.py").write_text(LAYERS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "caffe", caffe)
    monkeypatch.delitem(sys.modules, "golden_layers", raising=False)
    monkeypatch.chdir(SOLVER)


def test_inference_at_one_size_after_another():
    given = arrays(FCN8S / "input_tiny.npz")["data"][0]
    net = caffe.Net(str(FCN8S / "net.prototxt"), str(weights(FCN8S)), caffe.TEST)
    for image in (given, np.pad(given, ((0, 0), (0, 9), (0, 5))), given):
        net.blobs["data"].reshape(1, *image.shape)
        net.blobs["data"].data[...] = image
        net.forward()
        labels = net.blobs["score"].data[0].argmax(axis=0)
        assert labels.shape == image.shape[1:]
    expected = arrays(FCN8S / "output_tiny.npz")["score"]
    assert np.array_equal(labels, expected[0].argmax(0))


def counted(truth, labels, classes):
    known = (truth >= 0) & (truth < classes)
    pairs = classes * truth[known].astype(int) + labels[known]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


@pytest.mark.usefixtures("solver_folder")
def test_scoring_with_a_data_layer():
    net = caffe.Net("net.prototxt", "initial.caffemodel.gz", caffe.TEST)
    classes = net.blobs["score"].channels
    assert (classes, net.inputs, net.outputs) == (5, [], ["loss"])
    counts, losses, pixels = np.zeros((classes, classes), int), [], 0
    for _ in range(3):
        net.forward()
        truth, score = net.blobs["label"].data[0, 0], net.blobs["score"].data[0]
        counts += counted(truth.flatten(), score.argmax(0).flatten(), classes)
        losses.append(net.blobs["loss"].data.flat[0])
        pixels += (truth != 255).sum()
    # of the golden losses the first alone is that of the weights before any training
    assert losses[0] == pytest.approx(arrays(SOLVER / "output.npz")["loss"][0, 0], rel=1e-5)
    assert counts.sum() == pixels > 0
    truths = [arrays(SOLVER / "data.npz")[f"label_{i}"].astype(int).ravel() for i in range(3)]
    found = np.bincount(np.concatenate(truths), minlength=256)[:classes]
    assert counts.sum(1).tolist() == found.tolist()


@pytest.mark.usefixtures("solver_folder")
def test_training_by_hand_follows_caffes_solver():
    """SGD with momentum 0.9, weight decay 0.0005 and learning rate 0.003, written out."""
    net = caffe.Net("net.prototxt", caffe.TRAIN, weights="initial.caffemodel.gz")
    learned = {"lr": 0.003, "momentum": 0.9, "decay": 0.0005}
    history = {name: [np.zeros_like(b.data) for b in net.params[name]] for name in net.params}
    losses = []
    for _ in range(8):
        net.clear_param_diffs()
        losses.append(float(net.forward()["loss"]))
        net.backward()
        for name, blobs in net.params.items():
            for index, blob in enumerate(blobs[: 0 if name == "upscore" else 2]):
                decay = 0 if index else learned["decay"]
                rate = learned["lr"] * (2 if index else 1)
                step = rate * (blob.diff + decay * blob.data)
                history[name][index] = learned["momentum"] * history[name][index] + step
                blob.data[...] -= history[name][index]
    expected = arrays(SOLVER / "output.npz")
    assert np.allclose(losses, expected["loss"][:, 0], rtol=2e-5)
    assert not net.params["upscore"][0].diff.any()
    for name, blobs in net.params.items():
        for index, blob in enumerate(blobs):
            want = expected[f"{name}:{index}@8"]
            assert abs(blob.data - want).max() <= 1e-6 + 5e-5 * want.std(), (name, index)


def moved(new, old, names):
    """Copies by layer name, in the order of the numbers where shapes differ."""
    for name in old.params:
        for index, blob in enumerate(old.params[name]):
            new.params[names.get(name, name)][index].data.flat = blob.data.flat


def test_a_classifier_becomes_the_net_that_caffe_made_of_it():
    old = caffe.Net(TRANSPLANT / "classifier.prototxt", caffe.TEST, weights=model("classifier"))
    new = caffe.Net(str(TRANSPLANT / "net.prototxt"), caffe.TEST)
    assert old.params["fc6"][0].data.shape != new.params["fc6"][0].data.shape
    moved(new, old, {"fc8": "score_fr"})
    image = arrays(TRANSPLANT / "input_large.npz")
    [(name, values)] = image.items()
    new.blobs[name].reshape(*values.shape)
    found = new.forward(**image)
    for name, values in arrays(TRANSPLANT / "output_large.npz").items():
        error = abs(new.blobs[name].data - values).max()
        assert error <= 1e-6 + FORWARD * values.std(), name
    assert found.keys() == set(new.outputs)


def model(name):
    return str(TRANSPLANT / f"{name}.caffemodel")


def bilinear(size):
    factor = (size + 1) // 2
    centre = factor - 1 if size % 2 == 1 else factor - 0.5
    rows, columns = np.ogrid[:size, :size]
    return (1 - abs(rows - centre) / factor) * (1 - abs(columns - centre) / factor)


def test_upsampling_filled_by_a_script_is_caffes_filler():
    net = caffe.Net(str(FCN8S / "net.prototxt"), caffe.TEST)
    layers = [name for name in net.params if "up" in name]
    for name in layers:
        weight = net.params[name][0]
        classes, inputs, height, width = weight.data.shape
        assert (classes, height) == (inputs, width) == (weight.num, weight.width)
        weight.data[range(classes), range(inputs), :, :] = bilinear(height)
    filled = caffe.Net(str(FCN8S / "net.prototxt"), str(weights(FCN8S)), caffe.TEST)
    assert len(layers) == 3
    for name in layers:
        assert np.array_equal(net.params[name][0].data, filled.params[name][0].data), name


def test_scores_of_more_classes_begin_with_the_old_ones():
    old = caffe.Net(str(FCN8S / "net.prototxt"), str(weights(FCN8S)), caffe.TEST)
    folder = GOLDEN / "nets" / "pascalcontext-fcn8s"
    new = caffe.Net(str(folder / "net.prototxt"), str(weights(folder)), caffe.TEST)
    before = [blob.data.copy() for blob in new.params["score_fr"]]
    classes = old.params["score_fr"][0].num
    for wide, narrow in zip(new.params["score_fr"], old.params["score_fr"], strict=True):
        wide.data[:classes][...] = narrow.data
    for wide, narrow, former in zip(
        new.params["score_fr"], old.params["score_fr"], before, strict=True
    ):
        assert np.array_equal(wide.data[:classes], narrow.data)
        assert np.array_equal(wide.data[classes:], former[classes:])
