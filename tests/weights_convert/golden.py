"""The cases in tests/golden: what real Caffe was given and answered, and how near we must be."""

import json
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).parents[1] / "golden"
SHARED = Path(__file__).parents[3] / "shared" / "golden"  # all cases, where they lie beside us
FORWARD, GRADIENT = 5e-5, 1e-4  # of a blob's standard deviation; its sums have another order


def cases(kind):
    return sorted(folder.name for folder in (GOLDEN / kind).iterdir())


def arrays(path):
    """{key: array} in Caffe's order."""
    with np.load(path) as file:
        return dict(file)


def meta(folder):
    return json.loads((folder / "meta.json").read_text())


def weights(folder):
    """The caffemodel of a case, None if it has none."""
    return next(iter(folder.glob("weights.*")), None)


def feeds(given):
    """The inputs as tensors, those of them that `grad:` keys name left out."""
    return {name: torch.from_numpy(x) for name, x in given.items() if not name.startswith("grad:")}


def assert_blobs(net, blobs, expected):
    """Compares values and `param:` keys in Caffe's order, so that the first wrong one is named."""
    for key, values in expected.items():
        kind, _, name = key.partition(":")
        if kind == "param":
            assert_close(parameter(net, name).detach(), values, FORWARD, key)
        elif kind != "grad":
            assert_close(blobs[key].detach(), values, FORWARD, key)


def parameter(net, name):
    """The blob LAYER:INDEX."""
    layer, _, index = name.rpartition(":")
    return net.params()[layer][int(index)]


def assert_close(actual, expected, within, key):
    assert tuple(actual.shape) == expected.shape, f"first differing: {key}, by its shape"
    scale = expected.std(dtype=np.float64) or np.abs(expected).max(initial=0)
    error = np.abs(actual.numpy() - expected).max(initial=0)
    assert error <= 1e-6 + within * scale, f"first differing: {key}, by {error:.1e} of {scale:.1e}"
