"""Narrow nets that training begins with: their weights are those that real Caffe loaded and ran."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from reproduce import recipes
from reproduce.training.start import start
from weights_convert import load_net, read_caffemodel, write_caffemodel

GOLDEN = Path(__file__).parents[1] / "golden" / "nets"
NARROW = {"narrow": 16, "fc": 32}
VGG16 = "VGG_ILSVRC_16_layers.caffemodel"
TORCHVISION = "vgg16_features-amdegroot-88682ab5.pth"


def narrow(name, **more):
    recipe = recipes.load(name)
    return replace(recipe, architecture=recipe.architecture | NARROW | more)


def begun(recipe, weights, **more):
    net = load_net(recipe.prototxt(), None, phase="TRAIN")
    return net, start(recipe, net, weights, offline=True, **more)


def golden(case):
    """The caffemodel of a narrow net that Caffe ran."""
    return next((GOLDEN / case).glob("weights.*"))


def numbers(case):
    return read_caffemodel(golden(case))


def assert_same(net, layers, params, suffix=""):
    for layer in layers:
        for ours, theirs in zip(net.params()[layer + suffix], params[layer], strict=True):
            assert np.array_equal(ours.detach().numpy(), theirs), layer


def classifier(tmp_path, case="voc-fcn32s", drop=(), zero=()):
    """The trunk of a narrow net as a classifier with fully connected layers, in a file."""
    given = {k: v for k, v in numbers(case).items() if not k.startswith(("score", "upscore"))}
    for layer in ("fc6", "fc7"):
        given[layer][0] = given[layer][0].reshape(32, -1)
    given["fc8"] = [np.ones((10, 32), np.float32), np.ones(10, np.float32)]
    for layer in zero:
        given[layer][0] *= 0
    path = tmp_path / "classifier.caffemodel"
    write_caffemodel(path, {k: v for k, v in given.items() if k not in drop})
    return path


def trunk(case):
    return [name for name in numbers(case) if name.startswith(("conv", "fc"))]
