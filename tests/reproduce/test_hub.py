"""torch.hub finds, describes and loads every net, from a clone and without an installation."""

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
import torch

from reproduce import nets, sample
from reproduce.errors import DataError, MissingError
from reproduce.preprocess import Preprocess

CHECKOUT = Path(__file__).parents[2]
IMAGE = sample.FOLDER / "VOCdevkit" / "VOC2011" / "JPEGImages" / "2011_000001.jpg"
IMPORTED_AS = {"pillow": "PIL", "pyyaml": "yaml"}


def load(name, **options):
    return torch.hub.load(str(CHECKOUT), name, source="local", **options)


@pytest.fixture
def cloned(monkeypatch):
    """torch.hub takes the checkout for what it has cloned."""
    monkeypatch.setattr(torch.hub, "_get_cache_or_reload", lambda *_, **__: str(CHECKOUT))
    return "owner/repository"


def test_list_has_each_net_and_nothing_else(cloned):
    found = torch.hub.list(cloned, trust_repo=True)
    assert sorted(found) == sorted(name.replace("-", "_") for name in nets.names())


def test_help_says_what_goes_in_and_comes_out(cloned):
    text = torch.hub.help(cloned, "siftflow_fcn8s", trust_repo=True)
    assert "FCN-8s: 33 classes and 3 classes." in text
    assert "takes data (N, 3, H, W)" in text and "score_geo (N, 3, H, W)" in text
    assert "http://dl.caffe.berkeleyvision.org/siftflow-fcn8s-heavy.caffemodel" in text
    assert "color (N, 3, H, W), depth (N, 1, H, W)" in (
        early := torch.hub.help(cloned, "nyud_fcn32s_color_d", trust_repo=True)
    )
    assert "none were released" in early


@pytest.mark.parametrize("fast", [False, True])
def test_the_sample_labels_as_caffe(fast):
    net = load("voc_fcn8s", sample=True, fast=fast)
    labels = net(**net.preprocess(IMAGE))["score"].argmax(1)[0]
    assert np.array_equal(labels.numpy(), sample.caffe_labels("voc-fcn8s", "score", IMAGE.stem))


def test_a_net_for_weights_of_ones_own():
    net = load("voc_fcn_alexnet", pretrained=False)
    assert net.preprocess == Preprocess(nets.load("voc-fcn-alexnet").inputs)
    assert net.conv1.weight.shape == (96, 3, 11, 11) and not net.training
    net.load_state_dict({key: torch.ones_like(x) for key, x in net.state_dict().items()})


def test_wrong_calls():
    with pytest.raises(MissingError, match="'voc-fcn-pool3': no weights were released"):
        load("voc_fcn_pool3")
    with pytest.raises(MissingError, match=r"none\.caffemodel: no such file"):
        load("voc_fcn8s", weights="none.caffemodel")
    with pytest.raises(DataError, match="sample brings its own weights"):
        load("voc_fcn8s", sample=True, weights="x.caffemodel")
    with pytest.raises(DataError, match="pretrained=False takes no weights"):
        load("voc_fcn8s", pretrained=False, sample=True)
    with pytest.raises(DataError, match="'nyud-fcn32s-hha': not in the sample, expected one of"):
        load("nyud_fcn32s_hha", sample=True)


def test_dependencies_are_those_of_the_package():
    [line] = re.findall(r"^dependencies = .*", (CHECKOUT / "pyproject.toml").read_text(), re.M)
    packages = re.findall(r'"(\w+)>=', line)
    spec = importlib.util.spec_from_file_location("hubconf", CHECKOUT / "hubconf.py")
    spec.loader.exec_module(hubconf := importlib.util.module_from_spec(spec))
    assert hubconf.dependencies == [IMPORTED_AS.get(name, name) for name in packages]


def test_a_clone_is_enough(tmp_path):
    """Without the site's .pth files, and so without an installed copy of this package."""
    code = f"""if True:
        import torch
        net = torch.hub.load({str(CHECKOUT)!r}, "voc_fcn_alexnet", source="local", sample=True)
        print(net(data=torch.zeros(1, 3, 20, 30))["score"].shape)"""
    environment = os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "torch.Size([1, 21, 20, 30])\n", done.stderr
