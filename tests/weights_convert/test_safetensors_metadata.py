"""A .safetensors file knows its net: it is loaded without the files that it was made of."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from weights_convert import (
    ConvertError,
    load_net,
    load_safetensors,
    read_caffemodel,
    write_caffemodel,
)
from weights_convert.__main__ import main
from weights_convert.formats.safetensors import KEY
from weights_convert.from_safetensors import read_metadata
from weights_convert.graph import read_graph
from weights_convert.prototxt import parse
from weights_convert.stated_means import stated_means

GOLDEN = Path(__file__).parents[1] / "golden"
NET = GOLDEN / "nets" / "voc-fcn8s-atonce"
OLD = GOLDEN / "nets" / "voc-fcn8s-olddialect"

safetensors = pytest.importorskip("safetensors")
pytest.importorskip("safetensors.numpy")


def convert(folder, out, *options):
    files = folder / "net.prototxt", next(folder.glob("weights.*"))
    assert main(["convert", *map(str, (*files, "-o", out)), *options]) == 0
    return out


def save(path, arrays, told):
    metadata = None if told is None else {KEY: told if isinstance(told, str) else json.dumps(told)}
    safetensors.numpy.save_file(arrays, path, metadata)
    return path


@pytest.fixture
def stored(tmp_path):
    return convert(NET, tmp_path / "net.safetensors")


@pytest.fixture
def parts(stored):
    """The arrays and the metadata of a good file."""
    return safetensors.numpy.load_file(stored), read_metadata(stored)


def test_the_net_comes_back_and_computes_what_caffe_does(stored):
    net = load_safetensors(stored)
    read = read_caffemodel(NET / "weights.caffemodel.gz")
    assert np.array_equal(net.conv1_1.weight.numpy(), read["conv1_1"][0])
    assert not net.training and net.preprocess is None
    x = torch.randn(1, 3, 53, 39, generator=torch.Generator().manual_seed(2)) * 50
    plain = load_net(NET / "net.prototxt", NET / "weights.caffemodel.gz")
    assert torch.equal(net(data=x)["score"], plain(data=x)["score"])


def test_crops_stay_as_they_were_asked_for(tmp_path):
    """The net of the older dialect at its 31 pixels, or at 0, which only its code tells."""
    x = torch.randn(1, 3, 40, 50, generator=torch.Generator().manual_seed(2)) * 50
    for word, align in (("--align-crops", True), ("--no-align-crops", False)):
        path = convert(OLD, tmp_path / "net.safetensors", word)
        plain = load_net(OLD / "net.prototxt", next(OLD.glob("weights.*")), align_crops=align)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            net = load_safetensors(path)
        [own], [expected] = net(data=x).values(), plain(data=x).values()
        assert torch.equal(own, expected)


def test_shapes_levels_and_stages_are_kept(tmp_path):
    (tmp_path / "net.prototxt").write_text("""
        layer { name: "x" type: "Data" top: "x" transform_param { mean_value: [104, 117.5] } }
        layer { name: "s" type: "Scale" bottom: "x" top: "y"
                include { stage: "deep" min_level: 2 } }
        layer { name: "t" type: "Scale" bottom: "x" top: "z" exclude { stage: "deep" } }
    """)
    write_caffemodel(tmp_path / "weights.caffemodel", {"s": [np.float32([1, 2])]})
    options = ["--stage", "deep", "--level", "2", "--shape", "x=1x2x3x3", "--phase", "TRAIN"]
    path = convert(tmp_path, tmp_path / "net.safetensors", *options)
    told = read_metadata(path)
    assert told["loading"] == {"level": 2, "stages": ["deep"], "shapes": {"x": [1, 2, 3, 3]}}
    assert told["phase"] == "TRAIN" and told["means"] == {"x": [104, 117.5]}
    net = load_safetensors(path)
    assert net.training and net.input_shapes == {"x": (1, 2, 3, 3)}
    assert net(x=torch.ones(1, 2, 1, 1))["y"].flatten().tolist() == [1, 2]


@pytest.mark.parametrize(
    "settings, means",
    [
        ("{'seed': 1, 'mean': (104.00699, 116, 122.5)}", [104.00699, 116, 122.5]),
        ("{'seed': 1}", None),
        ("--mean 104", None),
        ("{'mean': 'file.npy'}", None),
        ("[1, 2]", None),
        ("", None),
    ],
)
def test_means_that_a_data_layer_of_the_release_states(settings, means):
    param = f'python_param {{ param_str: "{settings}" }}'
    text = f'layer {{ name: "d" type: "Python" top: "data" top: "label" {param} }}'
    found = stated_means(read_graph(parse(text)))
    assert found == ({"data": means} if means else {})


def test_arrays_that_are_not_the_nets(tmp_path, parts):
    arrays, told = parts
    lacking = {key: array for key, array in arrays.items() if key != "fc6.bias"}
    more = {**arrays, "other": np.zeros(1, np.float32)}
    half = {**arrays, "fc6.bias": arrays["fc6.bias"].astype(np.float16)}
    long = {**arrays, "fc6.bias": np.zeros(99, np.float32)}
    for wrong, error in (
        (lacking, r"lacks \['fc6\.bias'\], has and the net has not \[\]"),
        (more, r"lacks \[\], has and the net has not \['other'\]"),
        (half, r"'fc6\.bias' is torch\.float16 .*, expected torch\.float32"),
        (long, r"'fc6\.bias' is torch\.float32 \(99,\), expected"),
    ):
        with pytest.raises(ConvertError, match=r"x\.safetensors: " + error):
            load_safetensors(save(tmp_path / "x.safetensors", wrong, told))


def test_files_that_are_not_ours(tmp_path, parts):
    arrays, told = parts
    path = tmp_path / "x.safetensors"
    for metadata, error in (
        (None, "says nothing of its net .* expected a file written by python -m weights_convert"),
        (told | {"format_version": 9}, "format version 9, expected 1: convert again"),
        ("{", "metadata 'weights_convert' is not what convert writes"),
        ("[]", "metadata 'weights_convert' is not what convert writes"),
        ({"format_version": 1}, "metadata 'weights_convert' is not what convert writes"),
    ):
        with pytest.raises(ConvertError, match=r"x\.safetensors: " + error):
            load_safetensors(save(path, arrays, metadata))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ConvertError, match=r"x\.safetensors: is no whole \.safetensors file"):
        load_safetensors(path)
    path.unlink()
    with pytest.raises(ConvertError, match=r"x\.safetensors: no such file"):
        load_safetensors(path)
    broken = told | {"prototxt": "layer {"}
    with pytest.raises(ConvertError, match=r"x\.safetensors:1:8: .*expected '}'"):
        load_safetensors(save(path, arrays, broken))
