"""SBD drawn on the spot: its structs as MATLAB saves them, whole and broken in each way."""

import numpy as np
import pytest
import scipy.io
from PIL import Image

from reproduce.datasets import blobs, open_dataset, sbd_folder
from reproduce.errors import ChecksumError, DataError, MissingError

IDS = ("2008_000002", "2008_000003")


def annotate(root, id, label, variable="GTcls", field="Segmentation"):
    # SBD's struct has more fields: the outlines, and which classes there are.
    struct = {"Boundaries": np.zeros((20, 1), object), field: label, "CategoriesPresent": [[1]]}
    scipy.io.savemat(root / "cls" / f"{id}.mat", {variable: struct})


def drawn(root):
    for name in ("img", "cls"):
        (root / name).mkdir(parents=True)
    (root / "train.txt").write_text("".join(f"{id}\n" for id in IDS))
    for id in IDS:
        Image.new("RGB", (7, 3), (10, 20, 30)).save(root / "img" / f"{id}.jpg")
        annotate(root, id, np.arange(21, dtype=np.uint8).reshape(3, 7))
    return root


@pytest.fixture
def root(tmp_path):
    return drawn(tmp_path / "benchmark_RELEASE" / "dataset")


@pytest.fixture
def opened(root, tmp_path):
    return open_dataset("sbd", tmp_path, offline=True, checked=False)


def test_a_data_set(opened):
    assert (opened.name, opened.split, opened.ids, len(opened)) == ("sbd", "train", IDS, 2)
    assert opened.kinds == ("color",)
    classes, palette = opened.tasks["label"]
    assert (len(classes), classes[0], classes[20]) == (21, "background", "tvmonitor")
    assert palette[15].tolist() == [192, 128, 128]  # VOC's person


def test_a_sample(opened):
    sample = blobs.sample(opened, IDS[1], {"data": blobs.Input("color", (1.0, 2.0, 3.0))})
    assert sample.inputs["data"].shape == (1, 3, 3, 7)
    assert sample.labels["label"].dtype == np.uint8
    assert sample.labels["label"].tolist() == np.arange(21).reshape(3, 7).tolist()


@pytest.mark.parametrize("place", ["benchmark_RELEASE/dataset", "sbdd/dataset", "dataset"])
def test_places(tmp_path, place):
    root = drawn(tmp_path / place)
    folder = root if place == "dataset" else tmp_path
    assert sbd_folder.find(folder) == root
    assert open_dataset("sbd", folder, offline=True, checked=False).ids == IDS


def test_train_has_as_many_images_as_published(root, tmp_path):
    match = r"train.txt: gives 2 ids, expected the 8498 of the release: put"
    with pytest.raises(ChecksumError, match=match):
        open_dataset("sbd", tmp_path, offline=True)
    many = tuple(f"2008_{n:06d}" for n in range(8498))
    (root / "train.txt").write_text("\n".join(many))
    assert open_dataset("sbd", tmp_path, offline=True).ids == many
    (root / "val.txt").write_text(f"{IDS[0]}\n")
    assert open_dataset("sbd", tmp_path, "val", offline=True).ids == IDS[:1]


def test_nothing_there(tmp_path):
    match = r"no benchmark_RELEASE/dataset/train.txt, and benchmark.tgz is not in"
    with pytest.raises(MissingError, match=match):
        open_dataset("sbd", tmp_path, offline=True)


def test_unknown_split(root, tmp_path):
    with pytest.raises(DataError, match=r"split 'test': not known, expected one of train, val"):
        open_dataset("sbd", tmp_path, "test", offline=True)


@pytest.mark.parametrize("value", [21, 255])
def test_labels_that_are_no_class(root, opened, value):
    annotate(root, IDS[0], np.full((3, 7), value, np.uint8))
    with pytest.raises(DataError, match=rf"{IDS[0]}.mat: labels {value}, .*from 0 to 20"):
        opened.labels(IDS[0])


def test_another_variable_or_field(root, opened):
    annotate(root, IDS[0], np.zeros((3, 7), np.uint8), variable="GTinst")
    with pytest.raises(DataError, match=rf"{IDS[0]}.mat: has no GTcls: .* GTinst"):
        opened.labels(IDS[0])
    annotate(root, IDS[0], np.zeros((3, 7), np.uint8), field="Labels")
    with pytest.raises(DataError, match=rf"{IDS[0]}.mat: has no Segmentation: .* Labels"):
        opened.labels(IDS[0])


def test_another_type(root, opened):
    annotate(root, IDS[0], np.zeros((3, 7)))
    with pytest.raises(DataError, match=rf"{IDS[0]}.mat: .* float64, expected .*uint8"):
        opened.labels(IDS[0])


def test_a_label_of_another_size(root, opened):
    annotate(root, IDS[0], np.zeros((7, 3), np.uint8))
    with pytest.raises(DataError, match=rf"sbd {IDS[0]}: label is 7 x 3, its image 3 x 7"):
        blobs.sample(opened, IDS[0], {"data": blobs.Input("color", (0, 0, 0))})


def test_files_that_are_missing_or_broken(root, opened):
    (root / "cls" / f"{IDS[0]}.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    with pytest.raises(DataError, match=rf"cls/{IDS[0]}.mat: cannot be read as a .mat file"):
        opened.labels(IDS[0])
    (root / "cls" / f"{IDS[0]}.mat").unlink()
    with pytest.raises(DataError, match=rf"cls/{IDS[0]}.mat: the .mat file is missing"):
        opened.labels(IDS[0])
    (root / "img" / f"{IDS[0]}.jpg").unlink()
    with pytest.raises(DataError, match=rf"img/{IDS[0]}.jpg: the image is missing"):
        opened.image(IDS[0])
