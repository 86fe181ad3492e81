"""The archive for VOC's evaluation server: made, gone on with, checked; what is missing."""

import io
import shutil
import tarfile

import numpy as np
import pytest
from PIL import Image
from submissions import FOLDER, contents, write

from reproduce import devices, labelling, sample, submission, submit, weights
from reproduce.datasets import archives, open_dataset
from reproduce.datasets.voc_devkit import devkit_with_test, find
from reproduce.errors import DataError, MissingError
from reproduce.evaluate import predicted
from reproduce.run import Run

NET = "voc-fcn-alexnet"
IDS = ["2011_000001", "2011_000004", "2011_000007"]


@pytest.fixture
def devkit(tmp_path, monkeypatch):
    """The folder of a VOC2011 devkit with three test images and no labels; the sample's net."""
    monkeypatch.setattr(Run, "weights", lambda self, net: weights.bundled(net))
    drawn, root = sample.FOLDER / "VOCdevkit" / "VOC2011", tmp_path / "Test/VOCdevkit/VOC2011"
    for inner in ("ImageSets/Segmentation", "JPEGImages"):
        (root / inner).mkdir(parents=True)
    (root / "ImageSets/Segmentation/test.txt").write_text("".join(f"{id}\n" for id in IDS))
    for id in IDS:
        shutil.copy(drawn / "JPEGImages" / f"{id}.jpg", root / "JPEGImages")
    return tmp_path


def run(devkit, archive, *more):
    words = ["voc2011", "--net", NET, "--data", str(devkit), "--out", str(archive), "--offline"]
    return submit.main([*words, *more])


def test_labels_of_the_sample_are_those_of_caffe(tmp_path, capsys):
    archive = tmp_path / "sample.tgz"
    assert submit.main(["voc2012", "--sample", "--limit", "3", "--out", str(archive)]) == 0
    printed = capsys.readouterr().out
    folder = "results/VOC2011/Segmentation/comp6_seg11valid_cls"
    found = contents(archive)
    assert list(found) == [f"{folder}/{id}.png" for id in IDS]
    pixels = 0
    for id in IDS:
        image = Image.open(io.BytesIO(found[f"{folder}/{id}.png"]))
        photograph = sample.FOLDER / "VOCdevkit/VOC2011/JPEGImages" / f"{id}.jpg"
        assert (image.mode, image.size) == ("P", Image.open(photograph).size)
        expected = sample.caffe_labels("voc-fcn8s", "score", id)
        assert np.array_equal(np.array(image), expected)
        pixels += expected.size
    assert f"{pixels} of {pixels} labels are those of real Caffe" in printed
    assert "3 drawings of the bundled sample" in printed and "upload     no:" in printed
    assert "62.2 (CVPR 2015, table 3" in printed and "67.2 (PAMI 2016" in printed
    assert submit.main(["--check", str(archive), "--sample", "--limit", "3"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["sample.tgz"]


def test_labels_that_differ_from_caffe_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sample, "caffe_labels", lambda net, head, id: np.zeros(1, np.uint8))
    monkeypatch.setattr(submission, "labels", lambda archive: [("a", np.ones(1, np.uint8))])
    words = ["--sample", "--net", NET, "--limit", "1", "--out", str(tmp_path / "a.tgz")]
    assert submit.main(["voc2011", *words]) == 1
    assert "0 of 1 labels are those" in capsys.readouterr().out


def test_test_images_without_labels_twice_the_same_bytes(devkit, tmp_path, capsys):
    one, other = tmp_path / "one.tgz", tmp_path / "other.tar.gz"
    assert run(devkit, one) == 0
    printed = capsys.readouterr().out
    assert run(devkit, other) == 0
    assert one.read_bytes() == other.read_bytes()
    assert one.read_bytes()[4:8] == bytes(4)  # gzip's time
    assert list(contents(one)) == [f"{FOLDER}/{id}.png" for id in IDS]
    assert "upload     http://host.robots.ox.ac.uk:8080/ (log in): VOC2011, segm" in printed
    assert "comp6 (trained on other data as well)" in printed
    assert f"no figure of {NET} on voc2011 test" in printed
    with tarfile.open(one) as tar:
        assert {(m.mtime, m.uid, m.gid, m.uname) for m in tar.getmembers()} == {(0, 0, 0, "")}
        assert tar.getnames()[:2] == ["results", "results/VOC2011"]


def test_comp5_has_its_own_folder_and_a_warning(devkit, tmp_path, capsys):
    archive = tmp_path / "a.tgz"
    assert run(devkit, archive, "--competition", "comp5", "--limit", "1") == 0
    assert list(contents(archive)) == [f"{FOLDER.replace('comp6', 'comp5')}/{IDS[0]}.png"]
    printed = capsys.readouterr()
    assert "warning: comp5 is for nets trained on VOC alone" in printed.err
    assert "upload     no:" in printed.out


def stop_at(monkeypatch, index):
    """Ctrl-C at the image `index`; returns the ids that are labelled."""
    labelled = []

    def predict(net, heads, device, one):
        if len(labelled) == index:
            raise KeyboardInterrupt
        labelled.append(one.id)
        return predicted(net, heads, device, one)

    monkeypatch.setattr(labelling, "predicted", predict)
    return labelled


def test_stopped_run_goes_on_with_what_is_whole(devkit, tmp_path, monkeypatch, capsys):
    whole, archive = tmp_path / "whole.tgz", tmp_path / "a.tgz"
    assert run(devkit, whole) == 0
    stop_at(monkeypatch, 2)
    assert run(devkit, archive) == 130
    assert "goes on from here" in capsys.readouterr().err and not archive.exists()
    work = tmp_path / ".progress" / "a.tgz.images"
    assert sorted(path.name for path in work.glob("*.png")) == [f"{id}.png" for id in IDS[:2]]
    cut = work / f"{IDS[1]}.png"
    cut.write_bytes(cut.read_bytes()[:-30])
    labelled = stop_at(monkeypatch, None)
    assert run(devkit, archive) == 0
    assert labelled == IDS[1:]
    assert archive.read_bytes() == whole.read_bytes()
    assert not (tmp_path / ".progress").exists()


def test_images_of_other_weights_are_not_kept(devkit, tmp_path, monkeypatch):
    archive = tmp_path / "a.tgz"
    stop_at(monkeypatch, 2)
    assert run(devkit, archive) == 130
    labelled = stop_at(monkeypatch, None)
    assert run(devkit, archive, "--net", "voc-fcn32s") == 0
    assert labelled == IDS


def test_second_run_at_once_is_refused(devkit, tmp_path, capsys):
    (tmp_path / ".progress").mkdir()
    with submit.locked(tmp_path / ".progress" / "a.tgz.lock"):
        assert run(devkit, tmp_path / "a.tgz") == 2
    assert "is at work on it" in capsys.readouterr().err


def test_broken_photograph_is_named(devkit, tmp_path, capsys):
    path = devkit / "Test/VOCdevkit/VOC2011/JPEGImages" / f"{IDS[1]}.jpg"
    path.write_bytes(path.read_bytes()[:900])
    assert run(devkit, tmp_path / "a.tgz") == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1 and f"{IDS[1]}.jpg" in error


def test_fault_of_its_own_archive_is_found(devkit, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(labelling, "png", lambda labels: submission.png(labels[1:]))
    assert run(devkit, tmp_path / "a.tgz") == 1
    assert "expected the photograph's" in capsys.readouterr().out


def test_check_alone_and_beside_the_test_images(devkit, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FCN_CACHE", str(tmp_path / "none"))
    archive = tmp_path / "a.tgz"
    assert run(devkit, archive) == 0
    capsys.readouterr()
    assert submit.main(["--check", str(archive)]) == 0
    printed = capsys.readouterr().out
    assert f"{archive}: no faults, 3 images of comp6" in printed
    assert "not compared: list and sizes, for want of the test images" in printed
    assert submit.main(["--check", str(archive), "--data", str(devkit)]) == 0
    assert "not compared" not in capsys.readouterr().out
    files = contents(archive)
    files.pop(f"{FOLDER}/{IDS[0]}.png")
    other = write(tmp_path / "b.tgz", files)
    assert submit.main(["--check", str(other), "--data", str(devkit)]) == 1
    assert capsys.readouterr().out == f"{other}: {IDS[0]}: missing\n"
    assert submit.main(["--check", str(archive), "--data", str(tmp_path / "none")]) == 2
    assert "VOC2011test.tar is not in" in capsys.readouterr().err


def test_list_of_voc2012_is_counted(devkit, tmp_path, capsys):
    (devkit / "Test/VOCdevkit/VOC2011").rename(devkit / "Test/VOCdevkit/VOC2012")
    words = ["--net", NET, "--data", str(devkit), "--out", str(tmp_path / "a.tgz"), "--offline"]
    assert submit.main(["voc2012", *words]) == 2
    assert "test.txt: gives 3 ids, expected the 1456 of the release" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["VOCdevkit", "Test/VOCdevkit", "."])
def test_places_of_the_test_images(devkit, tmp_path, place):
    other = tmp_path / "other" / place / "VOC2011"
    other.parent.mkdir(parents=True)
    (devkit / "Test/VOCdevkit/VOC2011").rename(other)
    assert devkit_with_test(tmp_path / "other", 2011, offline=True) == other
    assert devkit_with_test(other, 2011, offline=True) == other
    assert run(tmp_path / "other", tmp_path / "a.tgz") == 0
    with pytest.raises(MissingError, match=r"VOC2012test\.tar is not in"):
        devkit_with_test(tmp_path / "other", 2012, offline=True)


@pytest.mark.parametrize("year, into", [(2011, "."), (2012, "Test")])
def test_the_tar_of_the_test_images_is_unpacked_apart(tmp_path, monkeypatch, year, into):
    monkeypatch.setattr(archives.downloads, "fetch", lambda remote, folder, offline: remote.file)
    unpacked = []

    def unpack(archive, folder):
        unpacked.append((archive, folder))
        root = folder / archives.downloads.remote(archive).unpacks
        (root / "JPEGImages").mkdir(parents=True)
        (root / "ImageSets/Segmentation").mkdir(parents=True)
        (root / "ImageSets/Segmentation/test.txt").write_text("a\n")

    monkeypatch.setattr(archives, "unpack", unpack)
    found = devkit_with_test(tmp_path, year)
    assert unpacked == [(f"VOC{year}test.tar", tmp_path / into)]
    assert open_dataset(f"voc{year}", found, "test", offline=True).ids == ("a",)
    assert find(tmp_path, year) is None  # the training images are still to be fetched


def test_what_is_missing_is_said_at_once(tmp_path, capsys):
    words = ["--data", str(tmp_path / "d"), "--weights", str(tmp_path / "w"), "--offline"]
    assert submit.main(["voc2012", *words, "--out", str(tmp_path / "a.tgz")]) == 2
    error = capsys.readouterr().err
    assert "http://host.robots.ox.ac.uk:8080/eval/downloads/VOC2012test.tar" in error
    assert "log in at http://host.robots.ox.ac.uk:8080/" in error
    assert "fcn8s-heavy-pascal.caffemodel is not in" in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words, text",
    [
        ([], "no data set named: expected voc2011 or voc2012, or --check ARCHIVE"),
        (["voc2012", "--sample", "--split", "val"], "--sample: brings its own data"),
        (["voc2012", "--own-weights"], "--own-weights: expected --weights DIR"),
        (["voc2012", "--limit", "0"], "--limit 0: expected at least 1"),
        (["voc2012", "--out", "a.zip"], "--out a.zip: the server takes .tar.gz or .tgz"),
        (["voc2012", "--net", "siftflow-fcn8s"], "--net siftflow-fcn8s: not a net of VOC's 21"),
        (["voc2012", "--net", "voc-fcn4s"], "net 'voc-fcn4s': unknown"),
        (["voc2012", "--device", "cuda:99"], "--device cuda:99: "),
        (["--check", "none.tgz"], "none.tgz: no such file"),
    ],
)
def test_wrong_calls(capsys, words, text):
    assert submit.main(words) == 2
    assert text in capsys.readouterr().err


def test_devices():
    assert devices.named("cpu").type == "cpu"
    assert devices.named("auto").type in ("cpu", "cuda")
    with pytest.raises(DataError, match=r"--device gpu: .*expected auto, cpu, cuda or cuda:i"):
        devices.named("gpu")
