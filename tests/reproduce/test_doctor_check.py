"""The check before an evaluation, and the command, on devkits made by hand and the sample."""

import json

import numpy as np
import pytest
from PIL import Image

from reproduce import doctor, sample
from reproduce.datasets import open_dataset
from reproduce.doctor import kept
from reproduce.doctor.__main__ import main
from reproduce.errors import DataError

FIGURE = "| images | {} | {} | {} |"


@pytest.fixture
def folder(tmp_path):
    """VOC2011 with two images of val, which has 1,111 or 1,112."""
    root = tmp_path / "data" / "VOCdevkit" / "VOC2011"
    for name in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
        (root / name).mkdir(parents=True)
    for id in "ab":
        Image.new("RGB", (7, 3), (120, 110, 100)).save(root / "JPEGImages" / f"{id}.jpg")
        label = np.arange(21, dtype=np.uint8).reshape(3, 7)
        Image.fromarray(label).save(root / "SegmentationClass" / f"{id}.png")
    (root / "ImageSets" / "Segmentation" / "val.txt").write_text("a\nb\n")
    return tmp_path / "data"


def opened(folder, split="val"):
    return open_dataset("voc2011", folder, split, offline=True)


def complaint(data, cache):
    with pytest.raises(DataError) as error:
        doctor.check(data, cache)
    assert "\n" not in str(error.value)
    return str(error.value)


def forbidden(*_):
    raise AssertionError("the files were read again")


def test_all_complaints_in_one_line(folder, tmp_path):
    text = complaint(opened(folder), tmp_path / "cache")
    assert "voc2011 val: images: found 2, expected 1111 or 1112 (sources disagree" in text
    assert "; voc2011 val: val list of the devkit: found 2" in text
    assert "; voc2011 val: void of label, %: found 0.0, expected at least 2 and at most 12" in text


def test_as_known_passes(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "known_figures", lambda *_: {"images": known_images(2)})
    doctor.check(opened(folder), tmp_path / "cache")
    monkeypatch.setattr(doctor, "known_figures", lambda *_: {"images": known_images(3)})
    assert "found 2, expected 3 (words)" in complaint(opened(folder), tmp_path / "cache")


def known_images(count):
    return doctor.known.Expected("words", equal=count)


def test_unknown_split_passes_unread(folder, tmp_path, monkeypatch):
    lists = folder / "VOCdevkit/VOC2011/ImageSets/Segmentation"
    (lists / "own.txt").write_text("a\n")
    monkeypatch.setattr(kept, "examine", forbidden)
    doctor.check(opened(folder, "own"), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_unchanged_files_are_not_read_again(folder, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    first = complaint(opened(folder), cache)
    assert [path.name for path in cache.iterdir()] == ["voc2011.val.json"]
    monkeypatch.setattr(kept, "examine", forbidden)
    assert complaint(opened(folder), cache) == first


@pytest.mark.parametrize("name", ["SegmentationClass/a.png", "ImageSets/Segmentation/val.txt"])
def test_changed_file_is_read_again(folder, tmp_path, name):
    cache, path = tmp_path / "cache", folder / "VOCdevkit" / "VOC2011" / name
    complaint(opened(folder), cache)
    data = opened(folder)
    if path.suffix == ".png":
        Image.new("L", (7, 3), 255).save(path)
        assert "void of label, %: found 50.0" in complaint(data, cache)
    else:
        path.write_text("a\nb\nc\n")  # after the data set was opened: the ids are the same
        assert "val list of the devkit: found 3" in complaint(data, cache)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": 1, "findings": {"x": 2}}', "\x00"])
def test_kept_findings_that_are_broken_are_made_anew(folder, tmp_path, text):
    cache = tmp_path / "cache"
    first = complaint(opened(folder), cache)
    (cache / "voc2011.val.json").write_text(text)
    assert complaint(opened(folder), cache) == first
    assert json.loads((cache / "voc2011.val.json").read_text())["findings"]["images"] == 2


def test_key_of_a_former_format_does_not_count(folder, tmp_path, monkeypatch):
    complaint(opened(folder), tmp_path / "cache")
    monkeypatch.setattr(kept, "FORMAT", kept.FORMAT + 1)
    monkeypatch.setattr(kept, "examine", forbidden)
    with pytest.raises(AssertionError, match="read again"):
        doctor.check(opened(folder), tmp_path / "cache")


def test_cache_that_cannot_be_written_is_told(folder, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.warns(UserWarning, match="not kept: .*cache"):
        assert "found 2" in complaint(opened(folder), tmp_path / "cache")


def test_cache_folder_without_one_given(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("FCN_CACHE", str(tmp_path / "own"))
    with pytest.raises(DataError):
        doctor.check(opened(folder))
    assert (tmp_path / "own" / "doctor" / "voc2011.val.json").exists()


def test_command_on_the_sample(capsys):
    assert main(["siftflow", "voc2012", "--sample"]) == 0
    out = capsys.readouterr().out
    assert "## siftflow test, the bundled drawings" in out
    assert "| never in sem | cow, desert, moon | cow, desert, moon | ok |" in out
    assert "## voc2011 seg11valid" in out and FIGURE.format(24, 24, "ok") in out
    assert "differs" not in out


def test_command_tells_what_deviates(folder, capsys):
    assert main(["voc2011", "--split", "val", "--data", str(folder), "--offline"]) == 1
    text = capsys.readouterr()
    assert FIGURE.format(2, "1111 or 1112", "differs") in text.out
    assert "| sizes | 3 x 7 | - | - | - |" in text.out
    assert "| never in label | none | none | ok |" in text.out
    assert "error: voc2011 val: images: this is another copy of the data" in text.err


def test_command_tells_all_of_a_list_that_is_not_the_released(folder, capsys):
    lists = folder / "VOCdevkit/VOC2011/ImageSets/Segmentation"
    (lists / "seg11valid.txt").write_text("a\n")
    assert main(["voc2011", "--data", str(folder), "--offline"]) == 1
    text = capsys.readouterr()
    assert FIGURE.format(1, 736, "differs") in text.out
    assert "another list under this name" in text.err


def test_command_goes_on_after_what_is_missing(folder, capsys):
    words = ["siftflow", "voc2011", "--split", "val", "--data", str(folder), "--offline"]
    assert main(words) == 2
    text = capsys.readouterr()
    assert "SiftFlowDataset.zip is not in" in text.err and "## voc2011 val" in text.out


def test_command_refuses(capsys):
    assert main(["voc2011", "--sample", "--data", "x"]) == 2
    assert "error: --sample: brings its own data" in capsys.readouterr().err
    assert main(["imagenet", "--offline"]) == 2
    assert "data set 'imagenet': not known" in capsys.readouterr().err


def test_sample_is_not_known_as_the_real_split(tmp_path):
    data = open_dataset("siftflow", sample.FOLDER, offline=True, checked=False)
    text = complaint(data, tmp_path)
    assert "found 12, expected 200" in text and "found 128 x 128, expected 256 x 256" in text
