"""Python layers of the pycaffe view: data layers of one's own, and those that cannot be had."""

import sys

import pytest
from prototxts import convolution, fed, layer

import weights_convert.pycaffe as caffe
from weights_convert.errors import UnsupportedError

PYTHON = 'python_param {{ module: "{}" layer: "{}" param_str: "3" }}'
MODULE = """
import weights_convert.pycaffe as caffe

class Counter(caffe.Layer):
    def setup(self, bottom, top):
        self.count, self.seen = int(self.param_str), self.phase

    def reshape(self, bottom, top):
        top[0].reshape(1, 1, 2, self.count)

    def forward(self, bottom, top):
        top[0].data[...] = self.count
        self.count += 1

class Stranger:
    pass
"""


POINT = convolution("data", "a", "num_output: 1 kernel_size: 1")


@pytest.fixture
def opened(tmp_path):
    """Opens a net of these layers."""

    def open_net(*texts):
        path = tmp_path / "net.prototxt"
        path.write_text("".join(texts))
        return caffe.Net(str(path), caffe.TEST)

    return open_net


@pytest.fixture
def counter(tmp_path, monkeypatch):
    (tmp_path / "counting.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "counting", raising=False)


@pytest.mark.usefixtures("counter")
def test_a_python_layer_reshapes_the_net_at_every_pass(opened):
    data = layer("Python", "", "data", PYTHON.format("counting", "Counter"))
    net = opened(data, POINT)
    for blob in net.params["a"]:
        blob.data[...] = 1
    assert net.blobs["a"].shape == (1, 1, 2, 3)
    assert [net.forward()["a"].tolist() for _ in range(2)] == [
        [[[[4] * 3] * 2]],
        [[[[5] * 4] * 2]],
    ]
    assert (net.inputs, net.layers[0]._own.seen) == ([], caffe.TEST)


@pytest.mark.usefixtures("counter")
@pytest.mark.parametrize(
    "module, kind, error",
    [
        ("not_there", "Counter", "no not_there.py on sys.path"),
        ("counting", "Absent", "counting.Absent: expected a class derived from"),
        ("counting", "Stranger", "counting.Stranger: expected a class derived from"),
    ],
)
def test_python_layers_that_cannot_be_had(opened, module, kind, error):
    with pytest.raises(UnsupportedError, match=f"layer 'data'.*{error}"):
        opened(layer("Python", "", "data", PYTHON.format(module, kind)), POINT)


@pytest.mark.usefixtures("counter")
def test_python_layers_with_bottoms_are_refused(opened):
    own = layer("Python", "data", "a", PYTHON.format("counting", "Counter"))
    with pytest.raises(UnsupportedError, match=r"'a'.* with bottoms"):
        opened(fed("data", 1, 1, 2, 2), own)
