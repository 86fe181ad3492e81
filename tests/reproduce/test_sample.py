"""The bundled files are those that Caffe saw, and agree with one another."""

import gzip
import hashlib
import json
import shutil

import numpy as np
import pytest
import torch

from reproduce import sample
from reproduce.datasets import open_dataset
from reproduce.errors import ChecksumError, DataError
from reproduce.metrics import count, scores

NETS = ("voc-fcn32s", "voc-fcn16s", "voc-fcn8s", "voc-fcn8s-atonce", "voc-fcn-alexnet")
MEAN = (104.00699, 116.66877, 122.67892)


@pytest.fixture(scope="module")
def voc():
    return open_dataset("voc2011", sample.FOLDER, offline=True, checked=False)


def test_files_are_those_listed():
    lines = (sample.FOLDER / "SHA256SUMS").read_text().splitlines()
    expected = dict(reversed(line.split("  ")) for line in lines)
    others = {"SHA256SUMS", "README.md"}
    paths = [path for path in sample.FOLDER.rglob("*") if path.is_file()]
    names = {path: path.relative_to(sample.FOLDER).as_posix() for path in paths}
    found = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path, name in names.items()
        if name not in others and path.suffix not in {".py", ".pyc"}
    }
    assert found == expected


def test_nets_in_the_order_of_the_table():
    assert sample.nets() == NETS
    assert {path.name for path in (sample.FOLDER / "nets").iterdir()} == set(NETS)


@pytest.mark.parametrize("net", NETS)
def test_weights_are_what_caffe_saved(net):
    raw = gzip.decompress(sample.weights(net).read_bytes())
    meta = json.loads((sample.FOLDER / "nets" / net / "meta.json").read_text())
    assert len(raw) == meta["weights_bytes"]
    assert hashlib.sha256(raw).hexdigest() == sample.weights_sha256(net)


@pytest.mark.parametrize(
    "content, match",
    [
        (gzip.compress(b"other"), "the caffemodel has SHA-256 d9298a10.*, expected c619c312"),
        (gzip.compress(b"other")[:-9], r"cannot be read \(Compressed file ended"),
        (b"", "the caffemodel has SHA-256 e3b0c442"),
        (b"<html>", r"cannot be read \(Not a gzipped file"),
    ],
    ids=["other", "cut", "empty", "html"],
)
def test_other_weights_are_refused(tmp_path, monkeypatch, content, match):
    (tmp_path / "nets").mkdir()
    shutil.copytree(sample.FOLDER / "nets" / "voc-fcn8s", tmp_path / "nets" / "voc-fcn8s")
    shutil.copy(sample.FOLDER / "caffe_scores.json", tmp_path)
    monkeypatch.setattr(sample, "FOLDER", tmp_path)
    sample.weights("voc-fcn8s")
    (tmp_path / "nets" / "voc-fcn8s" / "weights.caffemodel.gz").write_bytes(content)
    with pytest.raises(ChecksumError, match=rf"voc-fcn8s/weights.caffemodel.gz: {match}"):
        sample.weights("voc-fcn8s")


@pytest.mark.parametrize("net", NETS)
def test_caffe_labels_give_caffe_counts_and_scores(net, voc):
    counts = np.zeros((21, 21), np.int64)
    for id in voc.ids:
        truth = torch.from_numpy(voc.read(id, MEAN).labels["score"])
        counts += count(truth, torch.from_numpy(sample.caffe_labels(net, id)), 21).numpy()
    assert np.array_equal(counts, sample.caffe_counts(net))
    assert sample.caffe_counts(net).dtype == np.int64
    expected = json.loads((sample.FOLDER / "caffe_scores.json").read_text())[net]["heads"]["score"]
    assert scores(counts)._asdict() == pytest.approx(
        {name: expected[name] for name in ("pixel_acc", "mean_acc", "mean_iu", "fw_iu")}, rel=1e-14
    )


def test_the_data_set_is_whole(voc):
    assert len(voc) == 24
    assert voc.ids == open_dataset("voc2011", sample.FOLDER, "val", offline=True).ids
    assert all(voc.read(id, MEAN).inputs["data"].shape[2] > 100 for id in voc.ids)


@pytest.mark.parametrize("ask", [sample.weights, sample.weights_sha256, sample.caffe_counts])
def test_unknown_net(ask):
    with pytest.raises(DataError, match="net 'vgg': not in the sample, expected one of voc-fcn32s"):
        ask("vgg")


def test_unknown_image():
    with pytest.raises(DataError, match="image '2011_000002': not one of the sample's"):
        sample.caffe_labels("voc-fcn8s", "2011_000002")
