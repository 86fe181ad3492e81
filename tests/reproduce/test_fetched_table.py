"""The whole way of a user who has nothing: everything is fetched from a server, then evaluated."""

import gzip
import hashlib
import io
import tarfile

import pytest
import yaml
from file_server import running

from reproduce import remotes, results, sample, scorings, table, weights
from reproduce.nets import NetSpec

NET, WEIGHTS, TAR = (
    "voc-fcn-alexnet",
    "fcn-alexnet-pascal.caffemodel",
    "VOCtrainval_25-May-2011.tar",
)


def devkit_tar():
    """The sample as the 2011 tar lays it out."""
    text = io.BytesIO()
    with tarfile.open(fileobj=text, mode="w") as tar:
        tar.add(sample.FOLDER / "VOCdevkit", "TrainVal/VOCdevkit")
    return text.getvalue()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server that holds data and weights, and remotes/ that name it."""
    files = {TAR: devkit_tar(), WEIGHTS: gzip.decompress(sample.weights(NET).read_bytes())}
    folder = tmp_path / "remotes"
    folder.mkdir()
    with running() as server:
        for name, body in files.items():
            known = {"file": name, "mirrors": [server.serve(name, body)], "source": "this test"}
            checksum = f"md5:{hashlib.md5(body).hexdigest()}" if name == TAR else None
            text = yaml.safe_dump({**known, "checksum": checksum, "bytes": len(body)})
            (folder / f"{name}.yaml").write_text(text)
        monkeypatch.setattr(remotes, "FOLDER", folder)
        monkeypatch.setattr(NetSpec, "prototxt", lambda self: weights.bundled(NET).prototxt)
        monkeypatch.setenv("FCN_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("reproduce.doctor.check", lambda dataset: None)  # the sample is no val
        yield server


def evaluate(tmp_path, *more):
    out = str(tmp_path / "out")
    return table.main(["voc2011", "--split", "val", "--nets", NET, "--out", out, *more])


def test_everything_is_fetched_once(server, tmp_path, capsys):
    assert evaluate(tmp_path) == 0
    row = results.read(tmp_path / "out" / "voc2011-val.json").rows[NET]
    assert (scorings.counts_of(row) == sample.caffe_counts(NET)).all()
    assert sorted(asked.path for asked in server.asked) == sorted([TAR, WEIGHTS])
    assert evaluate(tmp_path, "--offline") == 0
    assert len(server.asked) == 2


def test_damaged_download_is_no_result(server, tmp_path, capsys):
    server.serve(TAR, devkit_tar() + b"more")
    assert evaluate(tmp_path) == 2
    assert f"{TAR}" in capsys.readouterr().err
    assert not (tmp_path / "cache" / "data" / "TrainVal").exists()


def test_changed_weights_are_refused(server, tmp_path, capsys):
    assert evaluate(tmp_path) == 0
    path = tmp_path / "cache" / "weights" / WEIGHTS
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\1")
    assert evaluate(tmp_path) == 2
    assert WEIGHTS in capsys.readouterr().err


def test_list_of_other_images_is_not_seg11valid(server, tmp_path, capsys):
    assert evaluate(tmp_path, "--split", "seg11valid") == 2
    assert "4ca991bd72c251fd2485eaa9e29536502ea3800d1b1c17c151fd6a04bcfbc2cc" in (
        capsys.readouterr().err
    )
