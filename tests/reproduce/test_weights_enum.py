"""The enumerations say of each net what its files say, and open_net takes their members."""

import copy
import gzip
import hashlib
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from reproduce import get_net_weights, get_weight, list_nets, nets, open_net, released, sample
from reproduce import tables as evaluations
from reproduce.errors import DataError, MissingError
from reproduce.released import VOC_FCN8S_Weights
from reproduce.remotes import remote
from weights_convert import read_caffemodel

CITATION = Path(__file__).parents[2] / "CITATION.cff"
WITH_WEIGHTS = [name for name in nets.names() if nets.load(name).weights]
SAMPLED = [weights for name in sample.nets() for weights in [get_net_weights(name)["SAMPLE"]]]


@pytest.mark.parametrize("name", nets.names())
def test_each_net_has_the_members_that_its_files_say(name):
    found = get_net_weights(name)
    expected = {"RELEASED", "DEFAULT"} if nets.load(name).weights else set()
    expected |= {"SAMPLE"} if (sample.FOLDER / "nets" / name).is_dir() else set()
    assert found.__members__.keys() == expected
    assert found is getattr(released, name.replace("-", "_").upper() + "_Weights")
    assert {weights.net for weights in found} <= {name}


def test_names():
    assert list_nets() == sorted(path.stem for path in nets.FOLDER.glob("*.yaml"))
    assert str(VOC_FCN8S_Weights.RELEASED) == "VOC_FCN8S_Weights.RELEASED"
    assert VOC_FCN8S_Weights.DEFAULT is VOC_FCN8S_Weights.RELEASED
    assert get_weight("VOC_FCN8S_Weights.DEFAULT") is VOC_FCN8S_Weights.RELEASED
    assert "SIFTFLOW_FCN8S_Weights" in dir(released)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_released(name):
    spec, weights = nets.load(name), get_net_weights(name).RELEASED
    one, meta = remote(spec.weights), weights.meta
    assert weights.url == one.mirrors[0] and weights.url.endswith(f"/{spec.weights}")
    assert weights.checksum == one.checksum
    assert meta["file"] == spec.weights and meta["bytes"] == one.bytes
    assert {head: len(names) for head, names in meta["classes"].items()} == (
        spec.architecture.channels
    )
    assert all(palette.shape == (256, 3) for palette in meta["palette"].values())
    # the file has the fixed kernels too
    assert 0.9 * one.bytes < 4 * meta["num_params"] < one.bytes
    assert weights.transforms().inputs == spec.inputs


def test_facts_of_the_papers():
    """CVPR 2015, table 1: 57M parameters, 355 pixels; 134M, 404."""
    for name, millions, field in (("voc-fcn-alexnet", 57, 355), ("voc-fcn32s", 134, 404)):
        meta = get_net_weights(name).RELEASED.meta
        assert round(meta["num_params"] / 1e6) == millions
        assert (meta["receptive_field"], meta["stride"]) == (field, 32)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_metrics_are_figures_of_the_tables(name):
    for table, scorings in get_net_weights(name).RELEASED.meta["metrics"].items():
        read = evaluations.load(table)
        row = next(row for row in read.nets if read.row(row) == evaluations.Row(name))
        for scoring, metrics in scorings.items():
            for metric, figure in metrics.items():
                sources = [
                    key
                    for key in read.expect
                    if read.figure(row, key, scoring, metric) == figure.printed
                ]
                assert sources and figure.verified == read.sources[sources[0]].verified
                assert read.sources[sources[0]].text in figure.source
                assert figure.value == float(figure.printed)


def test_figures_known_from_elsewhere():
    """Of these very weights: CVPR's 62.7 for FCN-8s is of earlier ones."""
    found = VOC_FCN8S_Weights.RELEASED.meta["metrics"]["voc2011"]["score"]["mean_iu"]
    assert found.printed == "65.5126" and found.verified and "505bc58" in found.source
    alexnet = get_net_weights("voc-fcn-alexnet").RELEASED.meta["metrics"]["voc2011"]["score"]
    assert alexnet.keys() == {"mean_iu"} and alexnet["mean_iu"].printed == "48.0"
    hha = get_net_weights("nyud-fcn32s-hha").RELEASED.meta["metrics"]["nyudv2"]["score"]
    assert hha["mean_iu"].printed == "25.2" and not hha["mean_iu"].verified
    assert get_net_weights("siftflow-fcn32s").RELEASED.meta["metrics"] == {}


@pytest.mark.parametrize("weights", SAMPLED, ids=str)
def test_sample(weights):
    file = Path(weights.url.removeprefix("file://"))
    data = gzip.decompress(file.read_bytes())
    assert weights.checksum == f"sha256:{hashlib.sha256(data).hexdigest()}"
    blobs = [blob for own in read_caffemodel(file).values() for blob in own]
    assert 0 < weights.meta["num_params"] <= sum(blob.size for blob in blobs)
    assert weights.meta["license"] == "BSD-2-Clause"
    assert all(table.endswith("-sample") for table in weights.meta["metrics"])
    assert weights.open().path == file


def test_sample_figures_are_those_of_the_results():
    metrics = VOC_FCN8S_Weights.SAMPLE.meta["metrics"]["voc2011-sample"]["score"]
    row = (CITATION.parent / "results" / "voc2011-sample.md").read_text()
    assert f"| voc-fcn8s        | mean IU    | {metrics['mean_iu'].printed} |" in row


def test_state_dict_is_caffes():
    state = VOC_FCN8S_Weights.SAMPLE.get_state_dict()
    read = read_caffemodel(sample.weights("voc-fcn8s"))
    assert np.array_equal(state["score_fr.bias"].numpy(), read["score_fr"][1])
    assert len(state) == sum(len(own) for own in read.values())


def test_citation_is_that_of_the_repository():
    text, cff = VOC_FCN8S_Weights.RELEASED.meta["citation"], CITATION.read_text()
    assert re.findall(r"https://arxiv\.org/abs/[\d.]+", text) == re.findall(
        r"https://arxiv\.org/abs/[\d.]+", cff
    )
    for name in re.findall(r"family-names: (\w+)", cff):
        assert name in text


def test_members_survive_pickle_and_copy():
    for weights in SAMPLED:
        assert pickle.loads(pickle.dumps(weights)) is copy.deepcopy(weights) is weights


def test_unknown_weights_are_refused_with_the_known_ones():
    for name in ("VOC_FCN8S_Weights.NONE", "VOC_FCN8S_Weights", "fcn8s.SAMPLE", ""):
        with pytest.raises(DataError, match=r"unknown, expected one of .*VOC_FCN8S_Weights\.SAM"):
            get_weight(name)
    with pytest.raises(DataError, match="net 'fcn8s': unknown, expected one of nyud-fcn32s-color"):
        get_net_weights("fcn8s")
    with pytest.raises(AttributeError, match="no attribute 'FCN8S_Weights'"):
        released.FCN8S_Weights  # noqa: B018


def test_open_net_takes_members_their_names_and_files():
    file = sample.weights("voc-fcn-alexnet")
    of_file = read_caffemodel(file)["score_fr"][0]
    for weights in (get_net_weights("voc-fcn-alexnet").SAMPLE, "SAMPLE"):
        net = open_net("voc-fcn-alexnet", weights)
        assert np.array_equal(net.score_fr.weight.numpy(), of_file)
    fast = open_net("voc-fcn-alexnet", "SAMPLE", fast=True)
    assert fast.preprocess == net.preprocess and fast.tasks.keys() == {"score"}
    x = {"data": torch.ones(1, 3, 40, 50)}
    assert torch.allclose(fast(**x)["score"], net(**x)["score"], atol=1e-3)


def test_open_net_refuses(tmp_path, monkeypatch):
    monkeypatch.setenv("FCN_CACHE", str(tmp_path))
    with pytest.raises(DataError, match=r"VOC_FCN8S_Weights\.SAMPLE: is of voc-fcn8s, expected"):
        open_net("voc-fcn16s", VOC_FCN8S_Weights.SAMPLE)
    with pytest.raises(MissingError, match=r"SAMPLES: no such file, .*one of RELEASED, SAMPLE"):
        open_net("voc-fcn8s", "SAMPLES")
    for weights in (None, "RELEASED", "DEFAULT", VOC_FCN8S_Weights.DEFAULT):
        with pytest.raises(MissingError, match=r"fcn8s-heavy-pascal\.caffemodel is not in"):
            open_net("voc-fcn8s", weights, offline=True)
    with pytest.raises(MissingError, match="no weights were released"):
        open_net("voc-fcn-pool3")
