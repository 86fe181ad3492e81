"""PASCAL-Context drawn on the spot, whole and broken in each way; its names as released."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from PIL import Image

from reproduce.datasets import blobs, lists_of, open_dataset
from reproduce.datasets.pascalcontext_classes import CLASSES, LISTS, RAW_NAMES
from reproduce.errors import ChecksumError, DataError, MissingError

RELEASE = Path(__file__).parents[3] / "shared" / "release" / "data" / "pascal-context"
IDS = ("2008_000002", "2008_000007")
# As many names as the data set has: those of the classes, at the end and backwards, and others.
RAW = [f"other {n}" for n in range(1, 401)]
RAW += [RAW_NAMES.get(name, name) for name in reversed(CLASSES[1:])]


def listed(path, names):
    path.write_text("".join(f"{number}: {name}\n" for number, name in enumerate(names, 1)))


def annotate(root, id, label, variable="LabelMap"):
    scipy.io.savemat(root / "trainval" / f"{id}.mat", {variable: label})


def drawn(folder):
    root, devkit = folder / "pascal-context", folder / "VOCdevkit" / "VOC2010"
    for place in (root / "trainval", devkit / "JPEGImages", devkit / "ImageSets" / "Main"):
        place.mkdir(parents=True)
    listed(root / "labels.txt", RAW)
    listed(root / "59_labels.txt", CLASSES[1:])
    (devkit / "ImageSets" / "Main" / "val.txt").write_text("\n".join(IDS))
    for id in IDS:
        Image.new("RGB", (3, 2), (10, 20, 30)).save(devkit / "JPEGImages" / f"{id}.jpg")
        annotate(root, id, np.array([[0, 1, 400], [401, 458, 459]], np.uint16))
    return root


@pytest.fixture
def root(tmp_path):
    return drawn(tmp_path)


@pytest.fixture
def opened(root, tmp_path):
    return open_dataset("pascalcontext", tmp_path, offline=True, checked=False)


def refused(folder, match, error=DataError):
    with pytest.raises(error, match=match):
        open_dataset("pascalcontext", folder, offline=True, checked=False)


def test_a_data_set(opened):
    found = (opened.name, opened.split, opened.ids, len(opened))
    assert found == ("pascalcontext", "val", IDS, 2)
    assert opened.kinds == ("color",)
    classes, palette = opened.tasks["label"]
    assert (len(classes), len(set(classes)), classes[0]) == (60, 60, "background")
    assert palette[[0, 1]].tolist() == [[0, 0, 0], [128, 0, 0]]


def test_a_sample(opened):
    sample = blobs.sample(opened, IDS[1], {"data": blobs.Input("color", (1.0, 2.0, 3.0))})
    assert sample.inputs["data"][0, :, 0, 0].tolist() == [30 - 1, 20 - 2, 10 - 3]
    label = sample.labels["label"]
    # Raw 401 is the last of the 59, 458 the second, 459 the first; all others are background.
    assert (label.tolist(), label.dtype) == ([[0, 0, 0], [59, 2, 1]], np.uint8)


@pytest.mark.parametrize("raw, name", [("table", 11), ("bedclothes", 52), ("cloth", 28)])
def test_three_classes_have_other_names_among_the_raw_labels(root, opened, raw, name):
    annotate(root, IDS[0], np.full((2, 3), 1 + RAW.index(raw), np.uint16))
    assert (opened.labels(IDS[0])["label"] == name).all()
    assert CLASSES[name] != raw


def test_the_list_of_the_33_class_task(opened):
    assert list(lists_of(opened)) == ["33"]
    names = lists_of(opened)["33"]
    assert (len(names), len(set(names))) == (33, 33)
    assert names[:20] == CLASSES[1:21]  # all of VOC
    assert set(names) < set(CLASSES[1:])


def test_the_folder_itself(root):
    opened = open_dataset("pascalcontext", root, offline=True, checked=False)
    assert (opened.folder, opened.devkit) == (root, root.parent / "VOCdevkit" / "VOC2010")


def test_val_has_as_many_images_as_published(root, tmp_path):
    match = r"Main/val.txt: gives 2 ids, expected the 5105 of the release: put"
    with pytest.raises(ChecksumError, match=match):
        open_dataset("pascalcontext", tmp_path, offline=True)
    path = tmp_path / "VOCdevkit/VOC2010/ImageSets/Main"
    many = tuple(f"2008_{n:06d}" for n in range(5105))
    (path / "val.txt").write_text("\n".join(many))
    assert open_dataset("pascalcontext", tmp_path, offline=True).ids == many
    (path / "train.txt").write_text(IDS[0])
    assert open_dataset("pascalcontext", tmp_path, "train", offline=True).ids == IDS[:1]


def test_nothing_there(root, tmp_path):
    (tmp_path / "VOCdevkit").rename(tmp_path / "devkit")
    refused(
        tmp_path,
        r"no VOCdevkit/VOC2010 with images, and VOCtrainval_03-May-2010.tar is not",
        MissingError,
    )
    (tmp_path / "pascal-context").rename(tmp_path / "context")
    match = r"no pascal-context/trainval, and pascal-context-trainval.tar.gz is not in"
    refused(tmp_path, match, MissingError)


@pytest.mark.parametrize("split", ["test", "aeroplane_val"])
def test_unknown_split(root, tmp_path, split):
    match = r"split '.*': not known, expected one of train, val, trainval"
    with pytest.raises(DataError, match=match):
        open_dataset("pascalcontext", tmp_path, split, offline=True)


class TestNames:
    def test_spaces_do_not_count(self, root, tmp_path):
        # The site's lists have spaces at the ends of lines, and blank lines at their own.
        text = (root / "59_labels.txt").read_text().replace("\n", " \n").replace("tv", "tv ")
        (root / "59_labels.txt").write_text(text + "\n\n")
        assert open_dataset("pascalcontext", tmp_path, offline=True, checked=False).ids == IDS

    def test_59_labels_need_not_be_there(self, root, tmp_path):
        (root / "59_labels.txt").unlink()
        assert open_dataset("pascalcontext", tmp_path, offline=True, checked=False).ids == IDS

    def test_other_classes(self, root, tmp_path):
        listed(root / "59_labels.txt", [*CLASSES[1:59], "metal"])
        refused(tmp_path, r"59_labels.txt: names class 59 'metal', expected 'wood'")
        listed(root / "59_labels.txt", CLASSES)
        refused(tmp_path, r"59_labels.txt: names 60 classes, expected 59")

    @pytest.mark.parametrize("name, raw", [("wood", "wood"), ("clothes", "cloth")])
    def test_a_class_without_raw_label(self, root, tmp_path, name, raw):
        listed(root / "labels.txt", [f"un{name}" if name == raw else name for name in RAW])
        path = root / "labels.txt"
        path.write_text(path.read_text().replace(f": {raw}\n", ": other\n"))
        refused(tmp_path, rf"labels.txt: names no label '{raw}', which the class {name} is")

    def test_another_number_of_raw_labels(self, root, tmp_path):
        listed(root / "labels.txt", RAW[1:])
        refused(
            tmp_path, r"/labels.txt: names 458 labels, expected 459: put the data set's own list"
        )

    @pytest.mark.parametrize("line", ["aeroplane", "2: aeroplane", "1 aeroplane"])
    def test_lines_of_another_form(self, root, tmp_path, line):
        (root / "labels.txt").write_text(f"{line}\n")
        refused(tmp_path, rf"/labels.txt: the line '{line}', expected `1: name`")

    def test_no_names(self, root, tmp_path):
        (root / "labels.txt").unlink()
        refused(tmp_path, r"/labels.txt: the list cannot be read: .*No such file")


class TestBroken:
    @pytest.mark.parametrize("value", [460, 65535])
    def test_labels_that_are_none(self, root, opened, value):
        annotate(root, IDS[0], np.full((2, 3), value, np.uint16))
        match = rf"{IDS[0]}.mat: labels {value}, the first at row 0, .*from 0 to 459"
        with pytest.raises(DataError, match=match):
            opened.labels(IDS[0])

    def test_another_variable(self, root, opened):
        annotate(root, IDS[0], np.ones((2, 3), np.uint16), "S")
        with pytest.raises(DataError, match=rf"{IDS[0]}.mat: has no LabelMap: the variables are S"):
            opened.labels(IDS[0])

    @pytest.mark.parametrize("dtype", ["float32", "uint8"])
    def test_another_type(self, root, opened, dtype):
        annotate(root, IDS[0], np.ones((2, 3), dtype))
        match = rf"{IDS[0]}.mat: LabelMap is of dtype {dtype}, expected .*uint16"
        with pytest.raises(DataError, match=match):
            opened.labels(IDS[0])

    def test_a_label_of_another_size(self, root, opened):
        annotate(root, IDS[0], np.ones((3, 2), np.uint16))
        match = rf"pascalcontext {IDS[0]}: label is 3 x 2, its image 2 x 3"
        with pytest.raises(DataError, match=match):
            blobs.sample(opened, IDS[0], {"data": blobs.Input("color", (0, 0, 0))})

    def test_files_that_are_missing_or_broken(self, root, opened):
        path = root / "trainval" / f"{IDS[0]}.mat"
        path.write_bytes(b"MATLAB")
        with pytest.raises(DataError, match=rf"{IDS[0]}.mat: cannot be read as a .mat file"):
            opened.labels(IDS[0])
        path.unlink()
        with pytest.raises(DataError, match=rf"trainval/{IDS[0]}.mat: the .mat file is missing"):
            opened.labels(IDS[0])
        (opened.devkit / "JPEGImages" / f"{IDS[0]}.jpg").unlink()
        with pytest.raises(DataError, match=rf"{IDS[0]}.jpg: the image is missing"):
            opened.image(IDS[0])


@pytest.mark.shared
@pytest.mark.skipif(not RELEASE.is_dir(), reason="needs the release's class names in ../shared")
def test_names_as_released(root, tmp_path):
    names = [line.split(": ")[1] for line in (RELEASE / "classes-59.txt").read_text().splitlines()]
    assert tuple(names) == CLASSES
    (root / "labels.txt").write_bytes((RELEASE / "classes-400.txt").read_bytes())
    opened = open_dataset("pascalcontext", tmp_path, offline=True, checked=False)
    # Lines of classes-400.txt: 2 aeroplane, 397 table, 19 bedclothes, 80 cloth, 431 unknown.
    annotate(root, IDS[0], np.array([[2, 397, 19], [80, 431, 458]], np.uint16))
    expected = ["aeroplane", "diningtable", "bedcloth", "clothes", "background", "wood"]
    assert [CLASSES[label] for label in opened.labels(IDS[0])["label"].flat] == expected


def test_the_33_classes_bear_the_md5_of_the_published_list():
    text = "".join(f"{number}: {name}\n" for number, name in enumerate(LISTS["33"], 1))
    text = text[:-1] + " \n\n"  # how the file ends
    found = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert found == "8840f5439b471aecf991ac6448b826e6"  # kbardool/tf-image-segmentation@b822c54
