"""NYUDv2 in the release's layout: a folder made by hand, the bundled sample, three real images."""

import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import loadmat, savemat

from reproduce import downloads
from reproduce.datasets import nyudv2, open_dataset
from reproduce.errors import ChecksumError, DataError, MissingError

SHARED = Path(__file__).parents[3] / "shared"
LISTS, REAL = SHARED / "release" / "data" / "nyud", SHARED / "nyud"
SAMPLE = SHARED / "sample"
COLOR = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)
HHA = COLOR[::-1].copy()
DEPTH = np.arange(48, dtype=np.uint16).reshape(8, 6) * 200
LABEL = np.arange(48, dtype=np.uint16).reshape(8, 6) % 41


def save_png(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def save_label(root, label, name="segmentation"):
    savemat(root / "segmentation" / "img_5001.mat", {name: label})


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "nyud"
    for kind, image in {"images": COLOR, "hha": HHA, "depth": DEPTH}.items():
        save_png(root / "data" / kind / "img_5001.png", image)
    (root / "segmentation").mkdir()
    save_label(root, LABEL)
    for split, ids in {"train": "5003\n5002\n", "val": "5004", "test": "5001\n"}.items():
        (root / f"{split}.txt").write_text(ids)
    return root


def opened(root, split=None, checked=False):
    return open_dataset("nyudv2", root.parent, split, offline=True, checked=checked)


def test_images_and_labels_are_those_of_the_files(root):
    data = opened(root)
    assert (data.name, data.split, data.ids, len(data)) == ("nyudv2", "test", ("5001",), 1)
    assert (data.image("5001", "color") == COLOR).all()
    assert (data.image("5001", "hha") == HHA).all()  # not swapped
    depth = data.image("5001", "depth")
    assert depth.dtype == np.float32 and (depth == DEPTH).all() and depth[0, 0] == 0
    label = data.labels("5001")["label"]
    assert label.dtype == np.uint8
    # By hand, from the release's layer: 1 less, in uint8.
    assert label[0].tolist() == [255, 0, 1, 2, 3, 4] and label[6, 4] == 39


def test_the_folder_itself_may_be_given(root):
    assert opened(root / "x").ids == ("5001",)


def test_classes_and_colours():
    task = nyudv2.NyuDv2.tasks["label"]
    assert len(task.classes) == 40
    assert (task.classes[0], task.classes[23], task.classes[39]) == (
        "wall",
        "refridgerator",
        "otherprop",
    )
    assert task.palette[[0, 1, 255]].tolist() == [[128, 0, 0], [0, 128, 0], [0, 0, 0]]


def test_splits_in_the_order_of_their_lists(root):
    assert opened(root, "train").ids == ("5003", "5002")
    assert opened(root, "trainval").ids == ("5003", "5002", "5004")
    with pytest.raises(DataError, match="split 'all': not known, expected one of test, trainval"):
        opened(root, "all")


def test_an_image_in_train_and_val(root):
    (root / "val.txt").write_text("5004\n5002\n")
    with pytest.raises(DataError, match=r"val.txt: 1 of its ids are in train.txt too"):
        opened(root, "trainval")


@pytest.mark.parametrize("split, name", [("test", "test"), ("trainval", "val")])
def test_a_list_that_is_missing(root, split, name):
    (root / f"{name}.txt").unlink()
    text = rf"nyud-{name}.txt is not in {root} .* get it from https:.*/data/nyud/{name}.txt and"
    with pytest.raises(MissingError, match=text):
        opened(root, split)


@pytest.mark.shared
@pytest.mark.skipif(not LISTS.exists(), reason="no lists in ../shared/release/data/nyud")
def test_a_list_that_was_fetched(root):
    (root / "test.txt").unlink()
    shutil.copyfile(LISTS / "test.txt", root / "nyud-test.txt")
    assert opened(root, checked=True).ids[:2] == ("5133", "6002")


def test_a_list_that_is_not_the_releases(root):
    with pytest.raises(ChecksumError, match=r"test.txt: gives 1 ids .* as test, expected the 654"):
        opened(root, checked=True)


@pytest.mark.shared
@pytest.mark.skipif(not LISTS.exists(), reason="no lists in ../shared/release/data/nyud")
@pytest.mark.parametrize("split, count", [("test", 654), ("trainval", 795), ("val", 414)])
def test_the_lists_of_the_release(root, split, count):
    for path in LISTS.glob("t*.txt"), LISTS.glob("val.txt"):
        for file in path:
            shutil.copyfile(file, root / file.name)
    data = opened(root, split, checked=True)
    assert len(data) == count
    first = {"test": "5133", "trainval": "5449", "val": "5010"}
    assert data.ids[0] == first[split]


def one_of_each(data):
    readers = [lambda kind=kind: data.image("5001", kind) for kind in data.kinds]
    return [*readers, lambda: data.labels("5001")]


@pytest.mark.parametrize(
    "size, words",
    [
        ((480, 640), "480 x 640, a raw NYU frame: expected 425 x 560, rows 46 to 470 and columns"),
        ((426, 560), "426 x 560, not the release's image: expected 425 x 560$"),
    ],
)
def test_other_sizes_than_the_releases(root, monkeypatch, size, words):
    monkeypatch.setattr(nyudv2, "check_ids", lambda *args: None)
    for kind in ("images", "hha"):
        save_png(root / "data" / kind / "img_5001.png", np.zeros((*size, 3), np.uint8))
    save_png(root / "data" / "depth" / "img_5001.png", np.full(size, 2000, np.uint16))
    save_label(root, np.ones(size, np.uint16))
    for read in one_of_each(opened(root, checked=True)):
        with pytest.raises(DataError, match=rf"img_5001.(png|mat): is {words}"):
            read()
    for read in one_of_each(opened(root)):
        read()


@pytest.mark.parametrize(
    "label, name, words",
    [
        (LABEL, "labels", "has no segmentation: the variables are labels, expected segmentation"),
        (LABEL / 1, "segmentation", "is of dtype float64, expected .* uint8 or uint16"),
        (LABEL.astype(np.int16), "segmentation", "is of dtype int16, expected .* uint8 or uint16"),
        (LABEL[None], "segmentation", r"has the shape \(1, 8, 6\), expected height x width"),
        (LABEL + 1, "segmentation", "labels 41, the first at row 6, column 4: .* from 0 to 40"),
        (
            (LABEL - 1).astype(np.uint8),
            "segmentation",
            "holds 255, so 1 looks subtracted from it already: expected 0 for void and the cl",
        ),
    ],
)
def test_labels_that_are_refused(root, label, name, words):
    save_label(root, label, name)
    with pytest.raises(DataError, match=rf"segmentation/img_5001.mat: .*{words}"):
        opened(root).labels("5001")


@pytest.mark.parametrize(
    "depth, words",
    [
        (
            DEPTH // 1000,
            "the farthest point is at 9, which looks like metres: expected millim",
        ),
        (DEPTH.astype(np.uint8), "has mode L, of 8 bits, expected 16-bit grey"),
    ],
)
def test_depth_that_is_refused(root, depth, words):
    save_png(root / "data" / "depth" / "img_5001.png", depth)
    with pytest.raises(DataError, match=f"data/depth/img_5001.png: .*{words}"):
        opened(root).image("5001", "depth")


def test_missing_hha_says_how_to_have_it(root):
    (root / "data" / "hha" / "img_5001.png").unlink()
    words = (
        f"the HHA image is missing, .* `python -m reproduce.hha {root}/data/depth -o {root}/data"
    )
    with pytest.raises(MissingError, match=words):
        opened(root).image("5001", "hha")


@pytest.mark.parametrize("kind, folder", [("color", "images"), ("depth", "depth")])
def test_missing_and_broken_images(root, kind, folder):
    path = root / "data" / folder / "img_5001.png"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DataError, match=f"^{path}: the image cannot be decoded"):
        opened(root).image("5001", kind)
    path.unlink()
    with pytest.raises(DataError, match=f"^{path}: the image is missing"):
        opened(root).image("5001", kind)


def test_no_data_says_what_can_be_fetched(tmp_path):
    words = (
        "no nyud/data/images, and nyud.tar.gz is not in .*; or, to make .*nyu_depth_v2_labeled.mat"
    )
    with pytest.raises(MissingError, match=words):
        opened(tmp_path / "nyud")


def test_archive_that_was_fetched_is_unpacked(root, tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    folder.mkdir()
    with tarfile.open(folder / downloads.remote("nyud.tar.gz").file, "w:gz") as archive:
        archive.add(root, "nyud")
    assert (opened(folder / "nyud").image("5001", "color") == COLOR).all()


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLE.exists(), reason="no ../shared/sample")
def test_the_drawn_sample():
    data = open_dataset("nyudv2", SAMPLE, offline=True, checked=False)
    assert len(data) == 10
    for id in data.ids:
        raw = loadmat(SAMPLE / "nyud" / "segmentation" / f"img_{id}.mat")["segmentation"]
        label = data.labels(id)["label"]
        assert (label == raw.astype(np.uint8) - np.uint8(1)).all()
        assert {data.image(id, kind).shape[:2] for kind in data.kinds} == {label.shape}


@pytest.mark.shared
@pytest.mark.skipif(not REAL.exists(), reason="no NYUDv2 images in ../shared/nyud")
def test_real_images():
    data = open_dataset("nyudv2", REAL.parent, offline=True, checked=False)
    data.source.checked = True  # their list is short, their size is the release's
    assert data.ids == ("5017", "5034", "5041")
    for id in data.ids:
        label = data.labels(id)["label"]
        assert label.shape == (425, 560) and set(np.unique(label)) <= {*range(40), 255}
        assert (label == 0).mean() > 0.02  # each has a wall
        depth = data.image(id, "depth")
        assert depth.shape == (425, 560) and depth.min() > 500 and depth.max() < 10_000
        assert data.image(id, "color").shape == (425, 560, 3)
        with pytest.raises(MissingError, match="HHA image is missing"):
            data.image(id, "hha")
