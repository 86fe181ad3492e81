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

VOC = ("voc-fcn32s", "voc-fcn16s", "voc-fcn8s", "voc-fcn8s-atonce", "voc-fcn-alexnet")
HEADS = {net: ("voc2011", {"score": "label"}) for net in VOC} | {
    "siftflow-fcn8s": ("siftflow", {"score_sem": "sem", "score_geo": "geo"}),
    "nyud-fcn32s-color-hha": ("nyudv2", {"score": "label"}),
    "pascalcontext-fcn8s": ("pascalcontext", {"score": "label"}),
}
IMAGES = {"voc2011": 24, "siftflow": 12, "nyudv2": 10, "pascalcontext": 10}


def opened(name, split=None):
    return open_dataset(name, sample.FOLDER, split, offline=True, checked=False)


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
    assert sample.nets() == tuple(HEADS)
    assert {path.name for path in (sample.FOLDER / "nets").iterdir()} == set(HEADS)


@pytest.mark.parametrize("net", HEADS)
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


@pytest.mark.parametrize("net, head", [(net, head) for net in HEADS for head in HEADS[net][1]])
def test_caffe_labels_give_caffe_counts_and_scores(net, head):
    """The truth as our data sets read it, against the truth that real Caffe was given."""
    name, heads = HEADS[net]
    dataset, truth = opened(name), heads[head]
    classes = len(dataset.tasks[truth].classes)
    counts = np.zeros((classes, classes), np.int64)
    for id in dataset.ids:
        true = torch.from_numpy(dataset.labels(id)[truth])
        labels = torch.from_numpy(sample.caffe_labels(net, head, id))
        counts += count(true, labels, classes).numpy()
    assert np.array_equal(counts, sample.caffe_counts(net, head))
    assert sample.caffe_counts(net, head).dtype == np.int64
    expected = json.loads((sample.FOLDER / "caffe_scores.json").read_text())[net]["heads"][head]
    assert scores(counts)._asdict() == pytest.approx(
        {name: expected[name] for name in ("pixel_acc", "mean_acc", "mean_iu", "fw_iu")}, rel=1e-14
    )


@pytest.mark.parametrize("name, count", IMAGES.items())
def test_the_data_sets_are_whole(name, count):
    dataset = opened(name)
    assert len(dataset) == count
    assert all(dataset.image(id, "color").shape[0] > 100 for id in dataset.ids)
    assert dataset.ids == opened(name, dataset.split).ids


def test_stand_ins():
    assert sample.dataset("voc2012", "val") == ("voc2011", "seg11valid")
    assert sample.dataset("siftflow", "test") == ("siftflow", "test")
    with pytest.raises(DataError, match="--sample: has no camvid, expected one of voc2011, nyudv2"):
        sample.dataset("camvid", "test")


@pytest.mark.parametrize("ask", [sample.weights, sample.weights_sha256, sample.caffe_counts])
def test_unknown_net(ask):
    with pytest.raises(DataError, match="net 'vgg': not in the sample, expected one of voc-fcn32s"):
        ask("vgg")


def test_unknown_image():
    with pytest.raises(DataError, match="image '2011_000002': not one of the sample's"):
        sample.caffe_labels("voc-fcn8s", "score", "2011_000002")
