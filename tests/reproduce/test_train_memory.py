"""Training in segments, or in bfloat16, and what a full-size step needs."""

from pathlib import Path

import pytest
import torch
from training_runs import log, run

from reproduce import recipes
from reproduce.training import on_sample
from reproduce.training.memory import lean, segments
from weights_convert import load_net, read_caffemodel

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        assert run(patch, folder, "--iterations", "3", "--no-scores") == 0
    return folder / "voc-fcn32s" / "train_iter_3.caffemodel"


def test_segments_change_nothing(plain, tmp_path, monkeypatch):
    assert run(monkeypatch, tmp_path, "--iterations", "3", "--no-scores", "--checkpoint") == 0
    assert (tmp_path / "voc-fcn32s" / plain.name).read_bytes() == plain.read_bytes()


def test_a_skip_net_in_segments():
    """Gradients of FCN-8s, whose pools are read by later segments, bit for bit."""
    recipe = on_sample.recipe("voc-fcn8s")
    found = []
    for segmented in (False, True):
        torch.manual_seed(3)
        net = load_net(recipe.prototxt(), None, "TRAIN")
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.05)
        lean(net, segmented=segmented)
        feed = {"data": 50 * torch.randn(1, 3, 33, 41), "label": torch.randint(21, (1, 1, 33, 41))}
        assert set(net(**feed)) == {"loss"}
        torch.manual_seed(4)  # of dropout
        net(**feed)["loss"].backward()
        found.append({name: x.grad for name, x in net.named_parameters() if x.requires_grad})
    assert found[0].keys() == found[1].keys() and len(found[0]) == 36
    for name, grad in found[0].items():
        assert grad.any() and torch.equal(grad, found[1][name]), name


@pytest.mark.parametrize("name", recipes.names())
def test_no_segment_overwrites_what_another_made(name):
    with torch.device("meta"):
        net = load_net(recipes.load(name).prototxt(), None, "TRAIN")
    parts = segments(net)
    assert [step for part in parts for step in part] == list(net.steps()) and len(parts) > 1
    for part in parts:
        made = set()
        for layer, _ in part:
            assert not layer.in_place or layer.bottoms[0] in made, (name, layer.name)
            made.update(layer.tops)


def test_activations_are_dropped():
    """What is kept for the way back: far less in segments."""
    recipe = on_sample.recipe("voc-fcn32s")
    kept = []
    for segmented in (False, True):
        net = lean(load_net(recipe.prototxt(), None, "TRAIN"), segmented=segmented)
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda x, sizes=sizes: (sizes.append(x.numel()), x)[1], lambda x: x
        ):
            net(data=torch.zeros(1, 3, 64, 64), label=torch.zeros(1, 1, 64, 64))
        kept.append(sum(sizes))
    assert kept[1] < 0.5 * kept[0]


def test_bf16_keeps_float32_parameters(plain, tmp_path, monkeypatch):
    assert run(monkeypatch, tmp_path, "--iterations", "3", "--no-scores", "--bf16") == 0
    folder = tmp_path / "voc-fcn32s"
    ours, theirs = (log(path, "loss")[0]["loss"] for path in (folder, plain.parent))
    assert ours == pytest.approx(theirs, rel=1e-4)
    moved = read_caffemodel(folder / plain.name)["fc7"][0]
    exact = read_caffemodel(plain)["fc7"][0]
    assert moved.dtype == "float32" and (moved != exact).any()
    assert abs(moved - exact).max() < 0.05 * abs(exact).max()


DROPPED = """
layer { name: "data" type: "Python" top: "data" top: "label"
        python_param { module: "voc_layers" layer: "SBDDSegDataLayer" } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "msra" } } }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
        pooling_param { pool: AVE kernel_size: 1 stride: 1 } }
layer { name: "score" type: "Convolution" bottom: "pool" top: "score"
        convolution_param { num_output: 3 kernel_size: 1 weight_filler { type: "msra" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
"""


def test_dropout_draws_the_same_the_second_time(tmp_path):
    (tmp_path / "net.prototxt").write_text(DROPPED)
    found = []
    for segmented in (False, True):
        generator = torch.Generator().manual_seed(1)
        net = load_net(tmp_path / "net.prototxt", None, "TRAIN", generator=generator)
        assert len(segments(net)) == 2
        torch.manual_seed(2)
        lean(net, segmented=segmented)
        feed = {"data": torch.ones(1, 3, 9, 9), "label": torch.ones(1, 1, 9, 9)}
        net(**feed)["loss"].backward()
        found.append(net.state_dict(keep_vars=True)["conv.weight"].grad)
    assert found[0].any() and torch.equal(*found)
