"""reproduce.predict: files, tables and lines of the sample's images, which real Caffe labelled."""

import io
import json
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from reproduce import nets, predict, sample
from reproduce.datasets.voc import colour_map
from reproduce.errors import DataError
from reproduce.predicting import memory, terminal
from reproduce.predicting.tasks import tasks_of
from weights_convert.fast import Fast

NET = "voc-fcn-alexnet"
DRAWINGS = sample.FOLDER / "VOCdevkit" / "VOC2011" / "JPEGImages"
IDS = ["2011_000001", "2011_000004", "2011_000007"]
WORDS = ["--sample", "--net", NET]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photo(tmp_path):
    """A photograph of one's own, no image of the sample."""
    rgb = np.random.default_rng(3).integers(0, 256, (31, 44, 3)).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def drawing(id):
    return str(DRAWINGS / f"{id}.jpg")


def failing(capsys, *words):
    assert predict.main(list(words)) == 2
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_labels_of_several_images_are_those_of_caffe(tmp_path, capsys):
    assert predict.main([*map(drawing, IDS), *WORDS, "--out", "out"]) == 0
    printed = capsys.readouterr().out
    for id in IDS:
        labels = Image.open(tmp_path / "out" / f"{id}.png")
        expected = sample.caffe_labels(NET, "score", id)
        assert labels.mode == "P" and np.array_equal(np.array(labels), expected)
        assert labels.getpalette()[: 3 * 21] == colour_map()[:21].ravel().tolist()
        size = f"{labels.height} x {labels.width} (height x width)"
        assert f"{drawing(id)}: {size}\n" in printed
        assert f"caffe: {expected.size} of {expected.size} labels" in printed
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {f"{id}{end}.png" for id in IDS for end in ("", "-overlay")}
    assert "narrow weights, made for the drawings" in printed


@pytest.mark.parametrize(
    "net, heads",
    [
        ("siftflow-fcn8s", {"score_sem": "-sem", "score_geo": "-geo"}),
        ("nyud-fcn32s-color-hha", {"score": ""}),
        ("pascalcontext-fcn8s", {"score": ""}),
    ],
)
def test_the_default_example_of_every_data_set(tmp_path, capsys, net, heads):
    assert predict.main(["--sample", "--net", net, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["caffe_labels"]["equal"] == found["caffe_labels"]["pixels"] > 0
    for head, suffix in heads.items():
        id = found["image"].split()[1]
        labels = Image.open(tmp_path / "predictions" / f"{id}{suffix}.png")
        assert np.array_equal(np.array(labels), sample.caffe_labels(net, head, id))
        task = tasks_of(nets.load(net))[head]
        assert labels.getpalette() == task.palette[: len(labels.getpalette()) // 3].ravel().tolist()
        assert sum(found["shares"][head].values()) == pytest.approx(1)
        assert set(found["shares"][head]) <= set(task.classes)


def test_json_lines_and_scores(tmp_path, capsys):
    words = [drawing(IDS[0]), drawing(IDS[1]), "--scores", "--json", *WORDS]
    assert predict.main(words) == 0
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.out.splitlines())
    assert (first["image"], second["net"]) == (drawing(IDS[0]), NET)
    assert second["weights"]["sha256"] == sample.weights_sha256(NET)
    scores = np.load(tmp_path / first["files"][-1])["score"]
    expected = sample.caffe_labels(NET, "score", IDS[0])
    assert (scores.dtype, scores.shape) == (np.float32, (21, *expected.shape))
    assert np.array_equal(scores.argmax(0), expected)
    share = (expected == 0).mean()
    assert first["shares"]["score"]["background"] == pytest.approx(share)
    assert "narrow weights" in printed.err


def test_the_table_has_the_largest_class_first(capsys):
    predict.main([drawing(IDS[0]), *WORDS])
    expected = sample.caffe_labels(NET, "score", IDS[0])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if " %  " in line]
    counts = np.bincount(expected.ravel())
    assert [int(line[3]) for line in lines] == sorted(counts[counts > 0].tolist(), reverse=True)
    assert lines[0][:2] == ["background", f"{100 * counts[0] / expected.size:.1f}"]


def test_labels_that_differ_from_caffe_are_told(monkeypatch, capsys):
    monkeypatch.setattr(sample, "caffe_labels", lambda *_: np.full((150, 146), 20, np.uint8))
    assert predict.main(WORDS) == 1
    assert "of 21900 labels are those of real Caffe" in capsys.readouterr().out


def test_folders_and_patterns(tmp_path, capsys):
    folder = tmp_path / "photos"
    folder.mkdir()
    for id in IDS:
        shutil.copy(drawing(id), folder)
    (folder / "notes.txt").write_text("no image")
    (folder / "phone.HEIC").write_text("an image, for others")
    assert predict.main(["photos", *WORDS, "--json"]) == 0
    printed = capsys.readouterr()
    assert (
        len(printed.out.splitlines()) == 3
        and "photos: 2 left out, of no kind of image that Pillow knows: .heic, .txt" in printed.err
    )
    assert predict.main(["photos/*4.jpg", *WORDS, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["image"] == f"photos/{IDS[1]}.jpg"
    assert "no file fits this pattern" in failing(capsys, "photos/*.gif", *WORDS)
    (tmp_path / "empty").mkdir()
    assert "empty: holds no image" in failing(capsys, "empty", *WORDS)


def test_one_broken_image_does_not_stop_the_others(tmp_path, photo, capsys):
    (tmp_path / "broken.jpg").write_bytes(b"no image at all")
    words = ["broken.jpg", "absent.jpg", str(photo), *WORDS, "--json"]
    assert predict.main(words) == 2
    printed = capsys.readouterr()
    broken, absent, whole = map(json.loads, printed.out.splitlines())
    assert "broken.jpg: the image cannot be decoded" in broken["error"]
    assert "absent.jpg: no such file" in absent["error"]
    assert (whole["height"], whole["width"]) == (31, 44) and "caffe_labels" not in whole
    assert printed.err.count("error: ") == 2
    assert printed.err.endswith("2 of 3 images not done, see the errors above\n")


def test_streams(photo, monkeypatch, capsysbinary):
    data = photo.read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert predict.main(["-", "--out", "-", *WORDS]) == 0
    printed = capsysbinary.readouterr()
    labels = np.array(Image.open(io.BytesIO(printed.out)))
    assert b"-: 31 x 44" in printed.err
    assert predict.main([str(photo), *WORDS]) == 0
    assert np.array_equal(labels, np.array(Image.open("predictions/photo.png")))


def test_empty_stream(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    assert predict.main(["-", *WORDS]) == 2
    assert "-: standard input is empty" in capsys.readouterr().err


def test_an_image_is_labelled_as_exif_has_it_lie(tmp_path, photo, capsys):
    upright = Image.open(photo)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    assert predict.main([str(photo), "turned.png", *WORDS]) == 0
    one, other = (Image.open(f"predictions/{name}.png") for name in ("photo", "turned"))
    assert np.array_equal(np.array(one), np.array(other))
    assert "31 x 44 (height x width), turned by 90 degrees, as its EXIF" in capsys.readouterr().out


def test_own_weights_of_a_folder_or_a_file(tmp_path, monkeypatch, photo, capsys):
    bundled = sample.FOLDER / "nets" / NET
    prototxt = predict.weights.bundled(NET).prototxt
    monkeypatch.setattr(nets.NetSpec, "prototxt", lambda self: prototxt)
    shutil.copy(bundled / "weights.caffemodel.gz", tmp_path / "fcn-alexnet-pascal.caffemodel")
    words = [str(photo), "--net", NET, "--json", "--offline", "--weights"]
    assert predict.main([*words, str(tmp_path), "--own-weights"]) == 0
    assert predict.main([*words, "fcn-alexnet-pascal.caffemodel"]) == 0
    assert predict.main([str(photo), *WORDS, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["shares"] == lines[1]["shares"] == lines[2]["shares"]
    assert lines[1]["weights"]["file"] == "fcn-alexnet-pascal.caffemodel"
    lacking = failing(capsys, *words, str(tmp_path / "none"))
    assert "fcn-alexnet-pascal.caffemodel" in lacking


@pytest.mark.parametrize(
    "words, error",
    [
        ([], "no image named: expected IMAGE"),
        (["photo.png", "--net", "fcn8s"], "net 'fcn8s': unknown"),
        (["photo.png", "--own-weights"], "--own-weights: expected --weights DIR"),
        (["--sample", "--weights", "x"], "--sample: brings its own weights"),
        (["--sample", "--net", "voc-fcn-pool3"], "not in the sample"),
        (["photo.png", "--sample", "--out", "-", "--json"], "--out -: gives the labels alone"),
        (["photo.png", "--out", "-", "--net", "siftflow-fcn8s"], "score_sem and score_geo"),
        (["photo.png", "p.png", "--sample", "--out", "-"], "--out -: 2 images, expected one"),
        (["absent.png", "gone.png"], "absent.png: no such file"),
        (
            ["photo.png", "other/photo.png", "--sample"],
            "would have the names of those of photo.png",
        ),
        (["photo.png", "--sample", "--out", "."], "photo.png there is an image to read"),
        (["photo.png", "--depth", "d.png"], "--depth: voc-fcn8s takes data (color)"),
        (
            ["photo.png", "--net", "nyud-fcn32s-color-hha"],
            "takes color (color), hha (hha): expected --depth FILE or --hha FILE as well",
        ),
        (
            ["photo.png", "--net", "nyud-fcn32s-color-d", "--hha", "h.png"],
            "takes color (color), depth (depth): expected --depth FILE as well",
        ),
        (["--sample", "--depth", "d.png"], "leave --depth and --hha away"),
        (["photo.png", "--offline", "--net", "nyud-fcn32s-color-d", "--depth", "d"], "no weights"),
        (["photo.png", "--sample", "--device", "toaster"], "--device toaster: unknown, expected"),
        (["photo.png", "--offline", "--weights", "none"], "or try the command with --sample"),
    ],
)
def test_wrong_calls(photo, capsys, words, error):
    assert error in failing(capsys, *words)


def test_the_arithmetic_is_float32_without_gradients(photo, monkeypatch):
    seen = []

    def labels(net, **blobs):
        seen.append((torch.is_grad_enabled(), torch.backends.cudnn.allow_tf32))
        return {"score": torch.zeros(1, 31, 44, dtype=torch.uint8)}

    monkeypatch.setattr(Fast, "labels", labels)
    assert predict.main([str(photo), *WORDS]) == 0
    assert seen == [(False, False)]


def test_too_little_memory_is_told_before(photo, monkeypatch, capsys):
    monkeypatch.setattr(memory, "free", lambda device: 1 << 20)
    assert predict.main([str(photo), *WORDS]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert (
        "photo.png: 31 x 44 pixels (height x width) want about 0.1 GB on cpu" in told
        and "smaller" in told
    )


def test_show_prints_the_overlay(photo, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(terminal, "show", shown.append)
    assert predict.main([str(photo), *WORDS, "--show"]) == 0
    [picture] = shown
    assert picture.shape == (31, 44, 3)


def test_what_cannot_be_shown_is_told_after_all_else(photo, monkeypatch, capsys):
    def fails(picture):
        raise DataError("--show: no viewer")

    monkeypatch.setattr(terminal, "show", fails)
    assert predict.main([*WORDS, "--show"]) == 2
    printed = capsys.readouterr()
    assert printed.out.endswith("labels are those of real Caffe\n")
    assert printed.err == "error: --show: no viewer\n"
