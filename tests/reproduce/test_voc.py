"""A devkit drawn on the spot, whole and broken in each way; the real one where it is."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from reproduce import downloads, sample
from reproduce.datasets import archives, blobs, ids_sha256, open_dataset, voc_splits
from reproduce.datasets.voc import CLASSES, colour_map
from reproduce.errors import ChecksumError, DataError, MissingError

MEAN = (104.00699, 116.66877, 122.67892)
SHARED = Path(__file__).parents[3] / "shared"
IDS = ("2007_000033", "2007_000042", "2007_000061")


def draw(devkit, id, label):
    """A JPEG of one colour and a label of one class, 6 high and 8 wide."""
    Image.new("RGB", (8, 6), (10, 20, 30)).save(devkit / "JPEGImages" / f"{id}.jpg")
    labels = Image.new("P", (8, 6), label)
    labels.putpalette(colour_map().tobytes())
    labels.save(devkit / "SegmentationClass" / f"{id}.png")


def listed(devkit, split, text):
    (devkit / "ImageSets" / "Segmentation" / f"{split}.txt").write_text(text)


def drawn(devkit):
    for name in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
        (devkit / name).mkdir(parents=True)
    for label, id in enumerate(IDS):
        draw(devkit, id, label)
    listed(devkit, "val", "".join(f"{id}\n" for id in IDS))
    return devkit


@pytest.fixture
def devkit(tmp_path):
    return drawn(tmp_path / "VOCdevkit" / "VOC2012")


@pytest.fixture
def opened(devkit, tmp_path):
    return open_dataset("voc2012", tmp_path, offline=True)


@pytest.fixture
def no_network(monkeypatch):
    def fetch(remote, folder, *, offline=False):
        raise MissingError(f"{remote}: not here")

    monkeypatch.setattr(downloads, "remote", str)
    monkeypatch.setattr(downloads, "fetch", fetch)


def read(voc, id, mean=MEAN):
    return blobs.sample(voc, id, {"data": blobs.Input("color", mean)})


def test_a_data_set(opened):
    assert (opened.name, opened.split, opened.ids, len(opened)) == ("voc2012", "val", IDS, 3)
    assert {truth: task.classes for truth, task in opened.tasks.items()} == {"label": CLASSES}
    assert opened.kinds == ("color",)
    assert len(CLASSES) == 21
    assert (CLASSES[0], CLASSES[15], CLASSES[20]) == ("background", "person", "tvmonitor")


def test_a_sample(opened):
    sample = read(opened, IDS[2], (1.0, 2.0, 3.0))
    assert sample.id == IDS[2]
    data, label = sample.inputs["data"], sample.labels["label"]
    assert (data.shape, data.dtype) == ((1, 3, 6, 8), torch.float32)
    assert data[0, :, 0, 0].tolist() == [30 - 1, 20 - 2, 10 - 3]  # blue, green, red
    assert (label.shape, label.dtype) == ((6, 8), np.uint8)
    assert (label == 2).all()
    torch.from_numpy(label)  # writable: no warning


def test_colours_of_voc():
    colours = colour_map()
    assert (colours.shape, colours.dtype) == ((256, 3), np.uint8)
    assert colours[[7, 8, 16, 20]].tolist() == [[128] * 3, [64, 0, 0], [0, 64, 0], [0, 64, 128]]
    label = sample.FOLDER / "VOCdevkit/VOC2011/SegmentationClass/2011_000001.png"
    assert np.array_equal(np.reshape(Image.open(label).getpalette(), (-1, 3))[:21], colours[:21])


@pytest.mark.parametrize(
    "place", ["VOCdevkit/VOC2011", "TrainVal/VOCdevkit/VOC2011", "VOC2011", "x/VOC2011"]
)
def test_places_of_the_devkit(tmp_path, place):
    devkit = drawn(tmp_path / place)
    folder = devkit if place.startswith("x") else tmp_path
    assert open_dataset("voc2011", folder, "val", offline=True).devkit == devkit


def test_the_year_counts(devkit, tmp_path, no_network):
    with pytest.raises(MissingError, match=r"VOCtrainval_25-May-2011\.tar"):
        open_dataset("voc2011", tmp_path, "val")
    with pytest.raises(MissingError, match=r"VOCtrainval_11-May-2012\.tar"):
        open_dataset("voc2012", devkit / "JPEGImages", "val")


@pytest.mark.parametrize(
    "name, tar", [("voc2011", "25-May-2011"), ("voc2012", "11-May-2012")], ids=["2011", "2012"]
)
def test_offline_says_what_to_get_and_where_to_put_it(tmp_path, name, tar):
    match = (
        rf"no VOCdevkit/{name.upper()} with images, and VOCtrainval_{tar}.tar is not in {tmp_path}"
    )
    with pytest.raises(MissingError, match=match):
        open_dataset(name, tmp_path, offline=True)
    assert not list(tmp_path.iterdir())


def test_the_tar_is_fetched_and_unpacked(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(downloads, "remote", str)
    monkeypatch.setattr(
        downloads, "fetch", lambda remote, folder, offline: asked.append(offline) or folder / remote
    )
    monkeypatch.setattr(archives, "unpack", lambda archive, folder: None)
    with pytest.raises(DataError, match=r"May-2011.tar: unpacked, and no VOCdevkit/VOC2011 with"):
        open_dataset("voc2011", tmp_path, "val")
    monkeypatch.setattr(
        archives, "unpack", lambda archive, folder: drawn(folder / "TrainVal/VOCdevkit/VOC2011")
    )
    assert len(open_dataset("voc2011", tmp_path, "val")) == 3
    assert asked == [False, False]


@pytest.mark.parametrize("split", ["test", "../Main/val"])
def test_unknown_split(devkit, tmp_path, split):
    match = r"split '.*': not in .*Segmentation, expected one of seg11valid, val"
    with pytest.raises(DataError, match=match):
        open_dataset("voc2012", tmp_path, split, offline=True)


def test_a_label_of_another_size(devkit, opened):
    Image.new("L", (7, 6)).save(devkit / "SegmentationClass" / f"{IDS[0]}.png")
    with pytest.raises(DataError, match=rf"{IDS[0]}: label is 6 x 7, its image 6 x 8"):
        read(opened, IDS[0])


def test_a_label_that_is_no_class(devkit, opened):
    Image.new("L", (8, 6), 21).save(devkit / "SegmentationClass" / f"{IDS[0]}.png")
    with pytest.raises(DataError, match=rf"{IDS[0]}.png: labels 21, .* 0 to 20 or 255 for void"):
        read(opened, IDS[0])


def test_files_that_are_missing(devkit, opened):
    (devkit / "SegmentationClass" / f"{IDS[0]}.png").unlink()
    with pytest.raises(DataError, match=rf"{IDS[0]}.png: the label is missing"):
        read(opened, IDS[0])
    assert opened.image(IDS[0]).shape == (6, 8, 3)  # needs no label
    (devkit / "JPEGImages" / f"{IDS[0]}.jpg").unlink()
    with pytest.raises(DataError, match=rf"{IDS[0]}.jpg: the image is missing"):
        read(opened, IDS[0])


class TestSeg11valid:
    """The list has one checksum, whichever way it comes."""

    KEPT = IDS[:2]

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch, no_network):
        monkeypatch.setattr(voc_splits, "SEG11VALID_SHA256", ids_sha256(self.KEPT))

    @pytest.mark.parametrize("name", ["seg11valid", "segvalid11"])
    @pytest.mark.parametrize("year", [2011, 2012])
    def test_in_the_devkit(self, tmp_path, name, year):
        devkit = drawn(tmp_path / f"VOC{year}")
        listed(devkit, name, "\r\n".join(self.KEPT))  # line ends are not part of the list
        for split in ("seg11valid", "segvalid11"):
            assert open_dataset(f"voc{year}", tmp_path, split).ids == self.KEPT

    def test_is_what_voc2011_is_scored_on(self, tmp_path):
        listed(drawn(tmp_path / "VOC2011"), "seg11valid", "\n".join(self.KEPT))
        assert open_dataset("voc2011", tmp_path).ids == self.KEPT

    def test_fetched(self, devkit, tmp_path, monkeypatch):
        (tmp_path / "seg11valid.txt").write_text("\n".join(self.KEPT))
        monkeypatch.setattr(downloads, "fetch", lambda name, folder, offline: folder / name)
        assert open_dataset("voc2012", tmp_path, "seg11valid").ids == self.KEPT

    @pytest.mark.parametrize("year", [2011, 2012])
    def test_worked_out_from_the_lists_of_2011(self, tmp_path, year):
        for y in {2011, year}:
            drawn(tmp_path / "VOCdevkit" / f"VOC{y}")
        listed(tmp_path / "VOCdevkit/VOC2011", "val", "\n".join(IDS))
        sbd = tmp_path / "benchmark_RELEASE" / "dataset"
        with pytest.raises(MissingError, match=r"seg11valid.txt: not here"):
            open_dataset(f"voc{year}", tmp_path, "seg11valid")
        sbd.mkdir(parents=True)
        (sbd / "train.txt").write_text(f"2008_000001\n{IDS[2]}\n")
        assert open_dataset(f"voc{year}", tmp_path, "seg11valid").ids == self.KEPT

    @pytest.mark.parametrize("ids", [IDS, IDS[1::-1]], ids=["more", "order"])
    def test_another_list_is_refused(self, devkit, tmp_path, ids):
        listed(devkit, "seg11valid", "\n".join(ids))
        match = rf"seg11valid.txt: gives {len(ids)} ids with SHA-256 {ids_sha256(ids)}"
        with pytest.raises(ChecksumError, match=match):
            open_dataset("voc2012", tmp_path, "seg11valid")
        assert open_dataset("voc2012", tmp_path, "seg11valid", checked=False).ids == ids


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the VOC images in ../shared")
class TestReal:
    def test_ten_photographs(self):
        voc = open_dataset("voc2012", SHARED / "voc", "ten", offline=True)
        samples = [read(voc, id) for id in voc.ids]
        assert [max(s.inputs["data"].shape) for s in samples] == [500] * 10
        assert all(s.inputs["data"].shape[2:] == s.labels["label"].shape for s in samples)

    def test_the_released_list(self):
        released = SHARED / "release" / "data" / "pascal" / "seg11valid.txt"
        voc = open_dataset("voc2012", SHARED / "voc", "seg11valid", offline=True)
        assert voc.ids == tuple(released.read_text().split())
        assert len(voc) == 736
        assert ids_sha256(voc.ids) == voc_splits.SEG11VALID_SHA256
