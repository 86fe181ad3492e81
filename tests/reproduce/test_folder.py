"""A folder of one's own, drawn on the spot, whole and broken in each way."""

import pickle

import numpy as np
import pytest
from PIL import Image

from reproduce.datasets import blobs
from reproduce.datasets.folder import class_names, open_folder
from reproduce.errors import DataError, MissingError

CLASSES = ("ground", "road", "sky")
INPUTS = {"data": blobs.Input("color", (1.0, 2.0, 3.0))}


def draw(root, id, suffix=".png", size=(4, 3), label=None):
    for name in ("images", "labels"):
        (root / name).mkdir(exist_ok=True)
    Image.new("RGB", size, (10, 20, 30)).save(root / "images" / f"{id}{suffix}")
    label = np.array([[0, 1, 2, 255]] * 3, np.uint8) if label is None else label
    Image.fromarray(label).save(root / "labels" / f"{id}.png")


@pytest.fixture
def root(tmp_path):
    for id, suffix in (("b", ".jpg"), ("a.1", ".png"), ("c", ".JPEG"), ("d", ".bmp")):
        draw(tmp_path, id, suffix)
    return tmp_path


def test_a_data_set(root):
    opened = open_folder(root, "train", CLASSES)
    assert (opened.name, opened.split, len(opened)) == ("folder", "train", 4)
    assert opened.ids == ("a.1", "b", "c", "d")
    assert opened.tasks["label"].classes == CLASSES
    assert opened.tasks["label"].palette.shape == (256, 3)
    assert opened.files("c")["color"].name == "c.JPEG"
    sample = blobs.sample(pickle.loads(pickle.dumps(opened)), "a.1", INPUTS)
    assert sample.inputs["data"].shape == (1, 3, 3, 4)
    assert sample.inputs["data"][0, :, 0, 0].tolist() == [30 - 1, 20 - 2, 10 - 3]
    assert sample.labels["label"].tolist() == [[0, 1, 2, 255]] * 3


def test_a_palette_png_has_the_same_numbers(root):
    label = Image.fromarray(np.array([[0, 1, 2, 255]] * 3, np.uint8))
    label.putpalette([3, 2, 1] * 256)
    label.save(root / "labels" / "b.png")
    assert Image.open(root / "labels" / "b.png").mode == "P"
    labels = open_folder(root, "train", 3).labels("b")
    assert labels["label"].tolist() == [[0, 1, 2, 255]] * 3


def test_lists(root):
    (root / "val.txt").write_text("c\n")
    assert open_folder(root, "val", 3).ids == ("c",)
    assert open_folder(root, "train", 3).ids == ("a.1", "b", "d")  # what val leaves
    (root / "train.txt").write_text("d\nb\n")
    assert open_folder(root, "train", 3).ids == ("d", "b")
    (root / "val.txt").unlink()
    assert open_folder(root, "val", 3).ids == ("a.1", "c")  # what train leaves
    (root / "test.txt").write_text("b\n")
    assert open_folder(root, "test", 3).ids == ("b",)


def test_class_names(tmp_path):
    assert class_names("4") == ("0", "1", "2", "3")
    assert class_names("ground,road , sky") == CLASSES
    (tmp_path / "names.txt").write_text("ground\nroad\n\nsky\n")
    assert class_names(str(tmp_path / "names.txt")) == CLASSES


@pytest.mark.parametrize(
    "text, message",
    [
        ("1", "classes 1: 1 classes, expected 2 to 255"),
        ("300", "classes 300: 256 classes, expected 2 to 255"),
        ("a,b,a", "classes 'a,b,a': class 'a', expected names, each once"),
        ("a,,b", "class '', expected names"),
        ("names.txt", "classes 'names.txt': no such file, expected a file with a name a line, a n"),
    ],
)
def test_refuses_classes(text, message):
    with pytest.raises(DataError, match=message):
        class_names(text)


def test_refuses_a_label_that_is_no_class(root):
    opened = open_folder(root, "train", 2)
    path = root / "labels" / "b.png"
    with pytest.raises(
        DataError, match=f"^{path}: labels 2, the first at row 0, column 2: .* 0 to 1 or 255"
    ):
        opened.labels("b")


def test_refuses_colours_as_a_label(root):
    Image.new("RGB", (4, 3)).save(root / "labels" / "b.png")
    with pytest.raises(DataError, match=r"labels/b.png: the label has mode RGB, which is colours"):
        open_folder(root, "train", 3).labels("b")


def test_refuses_a_label_of_another_size(root):
    draw(root, "b", size=(5, 3))
    (root / "images" / "b.jpg").unlink()
    opened = open_folder(root, "train", 3)
    with pytest.raises(DataError, match="folder b: label is 3 x 4, its image 3 x 5"):
        blobs.sample(opened, "b", INPUTS)


def test_refuses_an_image_without_label(root):
    (root / "labels" / "b.png").rename(root / "labels" / "b.gif")
    with pytest.raises(
        MissingError, match=r"images/b.jpg: has no label, expected .*labels/b.png: add it, or leave"
    ):
        open_folder(root, "train", 3)
    (root / "train.txt").write_text("a.1\nc\n")
    assert len(open_folder(root, "train", 3)) == 2


def test_refuses_an_id_without_image(root):
    (root / "train.txt").write_text("a.1\nb.jpg\n")
    with pytest.raises(MissingError, match=r"images: has no image 'b.jpg', .* without its suffix"):
        open_folder(root, "train", 3)


def test_refuses_two_images_of_one_name(root):
    draw(root, "b", ".png")
    with pytest.raises(DataError, match=r"images/b.png: b.jpg has the same id, expected one"):
        open_folder(root, "train", 3)


def test_refuses_a_split_that_is_not_listed(root):
    for split in ("val", "test"):
        with pytest.raises(MissingError, match=f"{split}.txt: no such list: put the ids of split"):
            open_folder(root, split, 3)
    (root / "val.txt").write_text("a.1\nb\nc\nd\n")
    with pytest.raises(DataError, match=r"val.txt: lists every image, which leaves none for spli"):
        open_folder(root, "train", 3)


def test_refuses_a_folder_without_images(tmp_path):
    with pytest.raises(MissingError, match=r"images: no such folder: put the images there"):
        open_folder(tmp_path, "train", 3)
    (tmp_path / "images").mkdir()
    with pytest.raises(DataError, match=r"images: holds no file of \.bmp, \.jpeg, \.jpg, \.png"):
        open_folder(tmp_path, "train", 3)
