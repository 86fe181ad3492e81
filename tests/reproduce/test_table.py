"""The main job end to end, on the sample and on broken input."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from reproduce import results, sample, scorings, table, tables, weights
from reproduce.run import Run
from weights_convert.fast import Fast

QUICK = "voc-fcn-alexnet"


def counts(folder, net=QUICK, stem="voc2011-sample"):
    return scorings.counts_of(results.read(folder / f"{stem}.json").rows[net])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder with the finished sample table."""
    folder = tmp_path_factory.mktemp("whole")
    assert table.main(["voc2011", "--sample", "--offline", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def devkit(tmp_path, monkeypatch):
    """A user's devkit of three images, evaluated with the sample's narrow nets."""
    monkeypatch.setattr(Run, "weights", lambda self, net: weights.bundled(net))
    shutil.copytree(sample.FOLDER / "VOCdevkit", tmp_path / "VOCdevkit")
    root = tmp_path / "VOCdevkit" / "VOC2011"
    lists = root / "ImageSets" / "Segmentation"
    ids = (lists / "seg11valid.txt").read_text().split()[:3]
    (lists / "few.txt").write_text("\n".join(ids) + "\n")
    return root, ids


def evaluate(devkit, out, *more):
    words = ["--data", str(devkit[0].parent.parent), "--split", "few", "--nets", QUICK, "--offline"]
    return table.main(["voc2011", *words, "--out", str(out), *more])


def test_every_net_counts_as_caffe_does(whole):
    rows = results.read(whole / "voc2011-sample.json").rows
    assert list(rows) == list(tables.load("voc2011").nets)
    for net in rows:
        moved = abs(counts(whole, net) - sample.caffe_counts(net)).sum() // 2
        assert moved <= 5, f"{net}: {moved} of 523648 pixels"  # 99.999 %
        assert rows[net]["caffe_labels"]["pixels"] == 523648
        assert rows[net]["caffe_labels"]["equal"] >= 523643


def test_every_view_is_written_and_printed(whole, capsys):
    assert {path.suffix for path in whole.glob("voc2011-sample.*")} == {
        ".json",
        ".csv",
        ".md",
        ".tex",
    }
    page = (whole / "voc2011-sample.md").read_text()
    assert page.count("reproduced |") == 20
    assert "523648 of 523648" in page


def test_results_hold_no_folder_of_this_machine(tmp_path, capsys):
    words = ["voc2011", "--sample", "--nets", QUICK, "--limit", "1", f"--out={tmp_path}"]
    assert table.main(words) == 0
    text = (tmp_path / "voc2011-sample-first1.json").read_text()
    assert str(tmp_path) not in text
    assert "--out=DIR" in text
    assert "PARTIAL: only the first 1 images" in capsys.readouterr().out


def test_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch, capsys):
    done, labels = [], Fast.labels

    def third_time_stop(net, **inputs):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(1)
        return labels(net, **inputs)

    words = ["voc2011", "--sample", "--nets", QUICK, "--limit", "5", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(Fast, "labels", third_time_stop)
        assert table.main(words) == 130
    assert "goes on from here" in capsys.readouterr().err
    assert not list(tmp_path.glob("voc2011*"))
    kept = json.loads(next((tmp_path / ".progress").glob("*.json")).read_text())
    assert kept["done"] == 3
    calls = []
    monkeypatch.setattr(
        Fast, "labels", lambda net, **images: calls.append(1) or labels(net, **images)
    )
    assert table.main(words) == 0
    assert len(calls) == 2
    stem = "voc2011-sample-first5"
    resumed = counts(tmp_path, stem=stem)
    assert table.main([*words[:-1], str(tmp_path / "again")]) == 0
    assert (resumed == counts(tmp_path / "again", stem=stem)).all()


def test_killed_run_goes_on_where_it_was(tmp_path, whole):
    words = ["voc2011", "--sample", "--nets", QUICK, "--out", str(tmp_path)]
    often = "from reproduce import progress, table; progress.EVERY = 0; table.main()"
    run = subprocess.Popen([sys.executable, "-c", often, *words])
    kept = tmp_path / ".progress" / f"voc2011-sample.{QUICK}.json"
    until = time.monotonic() + 120
    while not (kept.exists() and json.loads(kept.read_text())["done"] >= 4):
        assert time.monotonic() < until and run.poll() is None
        time.sleep(0.01)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert 4 <= json.loads(kept.read_text())["done"] < 24
    assert table.main(words) == 0
    assert (counts(tmp_path) == counts(whole)).all()
    assert not kept.exists()


def test_second_run_of_the_same_net_is_refused(devkit, tmp_path, capsys):
    from reproduce.lock import locked

    (tmp_path / "out" / ".progress").mkdir(parents=True)
    with locked(tmp_path / "out" / ".progress" / f"voc2011-few.{QUICK}.lock"):
        assert evaluate(devkit, tmp_path / "out") == 2
    assert f"process {os.getpid()} is at work on it" in capsys.readouterr().err
    assert evaluate(devkit, tmp_path / "out") == 0


def broken_jpeg(root, id):
    path = root / "JPEGImages" / f"{id}.jpg"
    path.write_bytes(path.read_bytes()[:900])


def missing_image(root, id):
    (root / "JPEGImages" / f"{id}.jpg").unlink()


def missing_label(root, id):
    (root / "SegmentationClass" / f"{id}.png").unlink()


def other_size(root, id):
    from PIL import Image

    path = root / "SegmentationClass" / f"{id}.png"
    Image.open(path).crop((0, 0, 40, 30)).save(path)


def label_21(root, id):
    import numpy as np
    from PIL import Image

    path = root / "SegmentationClass" / f"{id}.png"
    label = np.array(Image.open(path))
    label[2, 3] = 21
    Image.fromarray(label).save(path)


@pytest.mark.parametrize(
    "spoil, text",
    [
        (broken_jpeg, r"\.jpg: .*truncated"),
        (missing_image, r"\.jpg: .*"),
        (missing_label, r"\.png: .*"),
        (other_size, r": label is 30 x 40, its image "),
        (label_21, r"\.png: .*21"),
    ],
)
def test_broken_sample_stops_with_its_name_and_loses_nothing(devkit, tmp_path, capsys, spoil, text):
    root, ids = devkit
    keep = {path: path.read_bytes() for path in root.rglob(f"{ids[2]}.*")}
    spoil(root, ids[2])
    out = tmp_path / "out"
    assert evaluate(devkit, out) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {QUICK}: ") and error.count("\n") == 1
    assert ids[2] in error
    import re

    assert re.search(text, error), error
    kept = json.loads(next((out / ".progress").glob("*.json")).read_text())
    assert kept["done"] == 2
    for path, content in keep.items():
        path.write_bytes(content)
    assert evaluate(devkit, out) == 0  # goes on, with the image mended
    assert results.read(out / "voc2011-few.json").rows[QUICK]["images"] == 3


def test_failed_run_keeps_the_earlier_row(devkit, tmp_path, capsys):
    out = tmp_path / "out"
    assert evaluate(devkit, out) == 0
    before = counts(out, stem="voc2011-few")
    missing_image(devkit[0], devkit[1][0])
    assert evaluate(devkit, out) == 2
    assert (counts(out, stem="voc2011-few") == before).all()


def test_data_that_are_not_the_published_stop_before_a_net_runs(devkit, tmp_path, capsys):
    words = ["voc2011", "--data", str(tmp_path), "--split", "val", "--offline"]
    assert table.main([*words, "--out", str(tmp_path / "out")]) == 2
    assert "voc2011 val: images: found 24, expected 1111 or 1112" in capsys.readouterr().err


def test_empty_split(devkit, tmp_path, capsys):
    (devkit[0] / "ImageSets" / "Segmentation" / "few.txt").write_text("\n")
    assert evaluate(devkit, tmp_path / "out") == 2
    assert "empty" in capsys.readouterr().err


def test_out_that_cannot_be_written(devkit, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert evaluate(devkit, tmp_path / "file" / "out") == 2
    assert "choose another folder" in capsys.readouterr().err


def test_disk_that_fills_up_keeps_the_old_results(devkit, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    assert evaluate(devkit, out) == 0
    before = {path.name: path.read_bytes() for path in out.glob("voc2011*")}
    monkeypatch.setattr("os.fsync", full_disk)
    assert evaluate(devkit, out) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in out.glob("voc2011*")} == before


def full_disk(_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "words, text",
    [
        (
            ["voc2013"],
            "table 'voc2013': unknown, expected one of ",
        ),
        (
            ["voc2011", "--nets", "voc-fcn4s"],
            "--nets voc-fcn4s: not in voc2011, expected voc-fcn32s",
        ),
        (["voc2011", "--sample", "--data", "x"], "--sample: brings its own data"),
        (["voc2011", "--limit", "0"], "--limit 0: expected at least 1"),
        (["voc2011", "--device", "cuda:99"], "--device cuda:99: "),
        (["voc2011", "--device", "gpu"], "--device gpu: "),
        (["voc2011", "--own-weights"], "--own-weights: expected --weights DIR"),
    ],
)
def test_wrong_calls(tmp_path, capsys, words, text):
    assert table.main([*words, "--out", str(tmp_path)]) == 2
    assert text in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_no_data_and_no_weights_is_a_table_that_says_what_to_fetch(tmp_path, capsys):
    words = ["--offline", "--data", str(tmp_path / "d"), "--weights", str(tmp_path / "w")]
    assert table.main(["voc2011", *words, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert "VOCtrainval_25-May-2011.tar" in printed.err
    assert "fcn8s-heavy-pascal.caffemodel" in printed.err
    assert "65.5126" in printed.out and printed.out.count("not run") >= 20


SPOILED = {
    "truncated": lambda raw: raw[:-1000],
    "a web page": lambda raw: b"<!DOCTYPE html><html>404</html>",
    "a prototxt": lambda raw: b'name: "x"\nlayer { name: "y" }\n',
    "empty": lambda raw: b"",
    "noise": lambda raw: bytes(range(256)) * 40,
}


@pytest.mark.parametrize("how", SPOILED)
def test_weights_that_are_none(devkit, tmp_path, monkeypatch, capsys, how):
    import gzip

    raw = gzip.decompress(sample.weights(QUICK).read_bytes())
    bad = tmp_path / "bad.caffemodel"
    bad.write_bytes(SPOILED[how](raw))
    bundled = weights.bundled(QUICK)
    spoiled = weights.Weights(bad, bundled.prototxt, "0" * 64)
    monkeypatch.setattr(Run, "weights", lambda self, net: spoiled)
    assert evaluate(devkit, tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {QUICK}: ") and error.count("\n") == 1
    assert "bad.caffemodel" in error


def test_weights_of_another_net(devkit, tmp_path, monkeypatch, capsys):
    other = weights.Weights(sample.weights("voc-fcn8s"), weights.bundled(QUICK).prototxt, "0" * 64)
    monkeypatch.setattr(Run, "weights", lambda self, net: other)
    assert evaluate(devkit, tmp_path / "out") == 2
    assert "is it another net's file?" in capsys.readouterr().err


def test_own_weights_of_another_size(tmp_path, capsys, devkit, monkeypatch):
    monkeypatch.undo()
    folder = tmp_path / "w"
    folder.mkdir()
    shutil.copy(sample.weights(QUICK), folder / "fcn-alexnet-pascal.caffemodel")
    assert evaluate(devkit, tmp_path / "out", "--weights", str(folder), "--own-weights") == 2
    assert "layer 'conv1': blob 0 has shape (12, 3, 11, 11)" in capsys.readouterr().err


def test_per_class_is_printed_on_request(devkit, tmp_path, capsys):
    assert evaluate(devkit, tmp_path / "out", "--per-class") == 0
    printed = capsys.readouterr().out
    assert "| tvmonitor " in printed and "| background " in printed


@pytest.mark.parametrize("form", ["csv", "json", "tex"])
def test_printed_format_is_the_file(devkit, tmp_path, capsys, form):
    assert evaluate(devkit, tmp_path / "out", "--format", form) == 0
    assert capsys.readouterr().out == (tmp_path / "out" / f"voc2011-few.{form}").read_text()


def test_help_has_an_example():
    done = subprocess.run(
        [sys.executable, "-m", "reproduce.table", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "python -m reproduce.table voc2011 --sample" in done.stdout
