"""Every file of nets/ says what it must, and what it must not is refused."""

import ast
from pathlib import Path

import pytest
import torch
import yaml

from reproduce import nets, weights
from reproduce.errors import DataError, MissingError
from reproduce.nets import FOLDER, Input, read
from reproduce.remotes import remote
from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet

RELEASE = Path(__file__).parents[2].parent / "shared" / "release"
UNRELEASED = {
    "nyud-fcn32s-color-d",
    "voc-fcn-googlenet",
    "voc-fcn-pool3",
    "voc-fcn-pool4",
    "voc-fcn-pool5",
    "voc-fcn32s-bg-only",
    "voc-fcn32s-fg-only",
    "voc-fcn32s-fixed",
    "voc-fcn32s-shape",
}
COLOR = (116.19, 97.203, 92.318)
HHA = (132.431, 94.076, 118.477)


@pytest.mark.parametrize("name", nets.names())
def test_each_file(name):
    spec = nets.load(name)
    assert spec.prototxt().all("name") == [name]
    assert read_graph(spec.prototxt()).inputs.keys() == spec.inputs.keys()
    assert (spec.weights is None) == (name in UNRELEASED)


@pytest.mark.parametrize("name", nets.names())
def test_data_layer_feeds_what_the_net_takes(name):
    spec = nets.load(name)
    for phase, data_layer in spec.data_layers.items():
        settings = ast.literal_eval(data_layer["param_str"])
        assert settings["seed"] == 1337
        assert ("train" in settings["split"]) == (phase == "TRAIN")
        means = [one.mean for one in spec.inputs.values()]
        assert settings.get("mean", means[0]) == means[0]
        kinds = [one.image for one in spec.inputs.values()]
        assert settings.get("tops", [*kinds, "label"]) == [*kinds, "label"]
        first = spec.prototxt_with_loss(phase).all("layer")[0]
        assert first.all("top") == [*spec.inputs, *spec.heads.values()]


@pytest.mark.parametrize("name", sorted(set(nets.names()) - UNRELEASED))
def test_caffemodel_is_as_large_as_the_parameters(name):
    spec = nets.load(name)
    with torch.device("meta"):
        net = CaffeNet(read_graph(spec.prototxt()))
    numbers = sum(parameter.numel() for parameter in net.parameters())
    assert remote(spec.weights).bytes == 4 * numbers


@pytest.mark.shared
@pytest.mark.parametrize("name", nets.names())
def test_address_is_that_of_the_release(name):
    if not RELEASE.exists():
        pytest.skip("the release is not beside the checkout (../shared/release)")
    address = RELEASE / name / "caffemodel-url"
    file = nets.load(name).weights
    assert (file is not None) == address.exists()
    if file:
        assert remote(file).mirrors[0] == address.read_text().strip()


@pytest.mark.parametrize(
    "name, inputs",
    [
        ("voc-fcn8s", {"data": Input("color", (104.00699, 116.66877, 122.67892))}),
        ("siftflow-fcn8s", {"data": Input("color", (114.578, 115.294, 108.353))}),
        ("pascalcontext-fcn8s", {"data": Input("color", (104.007, 116.669, 122.679))}),
        ("nyud-fcn32s-color", {"data": Input("color", COLOR)}),
        ("nyud-fcn32s-hha", {"data": Input("hha", HHA)}),
        (
            "nyud-fcn32s-color-d",
            {"color": Input("color", COLOR), "depth": Input("depth", (7.844,))},
        ),
        ("nyud-fcn32s-color-hha", {"color": Input("color", COLOR), "hha": Input("hha", HHA)}),
    ],
)
def test_inputs_are_those_of_the_data_layers(name, inputs):
    assert nets.load(name).inputs == inputs


def test_heads():
    assert nets.load("voc-fcn8s").heads == {"score": "label"}
    assert nets.load("siftflow-fcn8s").heads == {"score_sem": "sem", "score_geo": "geo"}


def test_weights_that_were_not_released(tmp_path):
    spec = nets.load("voc-fcn-pool3")
    with pytest.raises(MissingError, match="'voc-fcn-pool3': no weights were released"):
        weights.released(spec, tmp_path)
    with pytest.raises(MissingError, match=r"voc-fcn-pool3\.caffemodel is not in"):
        weights.own(spec, tmp_path)


@pytest.mark.parametrize(
    "path, value, text",
    [
        (["url"], "http://a.org", r"n.yaml: keys \[.*'url'.*\], expected \['architecture', 'data"),
        (["architecture", "widths"], 4, r"architecture: unknown keys \['widths'\], known are"),
        (["architecture", "inputs"], ["data"], r"architecture: unknown keys \['inputs'\], known"),
        (["architecture", "fusion"], "early", "architecture: fusion 'early' of 1 inputs"),
        (["inputs", "data", "mean"], [1, 2], r"inputs: data: mean \(1, 2\), expected 3 numbers"),
        (["inputs", "data", "image"], "depth map", "image 'depth map', expected one of color, hha"),
        (["inputs", "data", "std"], 1, r"inputs: data: keys \['image', 'mean', 'std'\], expected"),
        (["inputs"], {}, "inputs is {}, expected a blob"),
        (["data_layers", "VAL"], {}, r"data_layers: keys \['TEST', 'TRAIN', 'VAL'\], expected"),
        (["data_layers", "TEST", "split"], "val", r"data_layers: TEST: keys \['layer'.*expected"),
    ],
)
def test_refuses(path, value, text):
    values = yaml.safe_load((FOLDER / "voc-fcn8s.yaml").read_text())
    inner = values
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(DataError, match=text):
        read("n", yaml.safe_dump(values))


def test_refuses_a_file_without_keys():
    with pytest.raises(DataError, match=r"n\.yaml: keys None, expected"):
        read("n", "")
