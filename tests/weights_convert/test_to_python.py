"""Generated Python files: without us, they compute the same bits, at any size."""

import ast

import pytest
import torch
from generated import CONV, INPUT, RELU, assert_same, imported, small, twin
from golden import GOLDEN, arrays, cases, feeds, meta, weights
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_texts import DATA, TEXTS

from weights_convert import ConvertError, load_net
from weights_convert.errors import UnsupportedError
from weights_convert.prototxt import parse
from weights_convert.runs import runs
from weights_convert.to_python import to_python
from weights_convert.to_python.layers import relu

LAYERS = GOLDEN / "layers"
EMPTY = ("softmaxloss", "sigmoidce", "euclidean", "hinge", "accuracy")  # nothing but losses
LEFT = [
    case
    for case in cases("layers")
    if not case.startswith(EMPTY) and meta(LAYERS / case)["phase"] == "TEST"
]
TINY = '''\
"""tiny: a Caffe net as plain PyTorch.

Attributes are Caffe's layers, variables its blobs, each as its last in-place layer leaves it.
`# Caffe:` marks where its arithmetic is not what PyTorch users expect.

    net = load("tiny.safetensors")
    with torch.inference_mode():
        conv = net(data)["conv"]

Inputs, in the shapes of an example:
    data (1, 3, 13, 11)
Outputs:
    conv (1, 2, 211, 209)
"""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, padding=100)
        self.eval()  # as Caffe's phase TEST

    def forward(self, data):
        """{blob: Tensor} of the outputs."""
        conv = F.relu(self.conv(data))
        return {"conv": conv}
'''


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """More of them wait for each other: these nets are small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def golden(kind, case):
    folder = GOLDEN / kind / case
    return load_net(folder / "net.prototxt", weights(folder))


@pytest.mark.parametrize("case", cases("nets"))
@pytest.mark.filterwarnings("ignore:.*no Crop layer states an offset")
def test_nets(case, tmp_path):
    net, path = golden("nets", case), tmp_path / "net.py"
    to_python(net, path, sizes=[(33, 21)])
    other = twin(net, path)
    assert list(other.state_dict()) == list(net.state_dict())
    assert_same(net, other, feeds(arrays(GOLDEN / "nets" / case / "input_tiny.npz")))
    for feed, _ in runs(net, [(17, 40)]):
        assert_same(net, other, feed)
    assert max(map(len, path.read_text().splitlines())) <= 100


@pytest.mark.parametrize("case", LEFT)
def test_layers(case, tmp_path):
    net, path = golden("layers", case), tmp_path / "net.py"
    to_python(net, path)
    other, given = twin(net, path), feeds(arrays(LAYERS / case / "input.npz"))
    assert_same(net, other, {blob: given[blob] for blob in net.input_shapes})
    for feed, _ in runs(net):
        assert_same(net, other, feed)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_more_layers(text, tmp_path):
    net, path = load_net(parse(DATA + text), None), tmp_path / "net.py"
    to_python(net, path)
    for feed, _ in runs(net):
        assert_same(net, twin(net, path), feed)


def test_accuracy_where_it_is_asked_for(tmp_path):
    net = load_net(LAYERS / "accuracy" / "net.prototxt", None, losses=True)
    to_python(net, tmp_path / "net.py")
    other, given = imported(tmp_path / "net.py").Net(), arrays(LAYERS / "accuracy" / "input.npz")
    assert_same(net, other, feeds(given))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_pooling_of_any_window_and_size(data, tmp_path_factory):
    pool = data.draw(st.sampled_from(["MAX", "AVE"]))
    kernel, stride = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    pad = data.draw(st.integers(0, kernel - 1))
    mode = data.draw(st.sampled_from(["CEIL", "FLOOR"]))
    sizes = data.draw(st.lists(st.tuples(st.integers(5, 23), st.integers(5, 23)), min_size=6))
    net = small(
        f"""layer {{ name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param {{
            pool: {pool} kernel_size: {kernel} stride: {stride} pad: {pad} round_mode: {mode} }} }}
        """
    )
    path = tmp_path_factory.mktemp("pool") / "net.py"
    to_python(net, path)
    for feed, _ in runs(net, sizes):
        assert_same(net, imported(path).Net(), feed)


def test_text(tmp_path):
    to_python(small(CONV + RELU), tmp_path / "tiny.py")
    text = (tmp_path / "tiny.py").read_text()
    assert text.split("\n\n\ndef load")[0] + "\n" == TINY


def test_text_is_the_same_every_time(tmp_path):
    net = golden("nets", "voc-fcn8s-atonce")
    for name in ("a.py", "b.py"):
        to_python(net, tmp_path / name, sizes=[(9, 9)])
    assert (tmp_path / "a.py").read_bytes() == (tmp_path / "b.py").read_bytes()


def test_needs_torch_alone(tmp_path):
    to_python(golden("nets", "voc-fcn8s-atonce"), tmp_path / "net.py", sizes=[(9, 9)])
    body = ast.parse((tmp_path / "net.py").read_text()).body
    imports = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports == ["import torch", "import torch.nn.functional as F", "from torch import nn"]


def test_safetensors(tmp_path):
    save_file = pytest.importorskip("safetensors.torch").save_file
    net, path = small(CONV), tmp_path / "net.py"
    to_python(net, path)
    save_file(dict(net.state_dict()), tmp_path / "net.safetensors")
    other = imported(path).load(tmp_path / "net.safetensors")
    assert_same(net, other, next(runs(net))[0])


def test_dropout_is_there_for_training(tmp_path):
    text = 'layer { name: "drop" type: "Dropout" bottom: "data" top: "drop" }'
    to_python(small(text), tmp_path / "net.py")
    net = imported(tmp_path / "net.py").Net()
    x = torch.ones(1, 3, 40, 40)
    assert torch.equal(net(x)["drop"], x)
    assert (net.train()(x)["drop"] == 0).any()


def test_type_without_a_file(tmp_path):
    net = small(CONV + RELU)
    net.graph.layers[1].__dict__["type"] = "Quadratic"
    with pytest.raises(UnsupportedError, match="layer 'relu': type 'Quadratic' cannot be written"):
        to_python(net, tmp_path / "net.py")


def test_random_data(tmp_path):
    text = """layer { name: "noise" type: "DummyData" top: "noise" dummy_data_param {
      shape { dim: 1 } data_filler { type: "gaussian" } } }"""
    with pytest.raises(UnsupportedError, match=r"layer 'noise'.*filler 'gaussian' at every"):
        to_python(small(CONV + text), tmp_path / "net.py")


def test_net_of_training(tmp_path):
    net = load_net(parse(INPUT + CONV), None, "TRAIN")
    with pytest.raises(ConvertError, match="phase TRAIN, expected one loaded for TEST"):
        to_python(net, tmp_path / "net.py")


def test_wrong_file_never_appears(tmp_path, monkeypatch):
    monkeypatch.setattr(relu, "emit", lambda step: f"F.relu6({step.bottom})")
    with pytest.raises(ConvertError, match=r"output 'conv' of .* differs from the net's"):
        to_python(small(CONV + RELU), tmp_path / "net.py")
    assert not list(tmp_path.iterdir())
