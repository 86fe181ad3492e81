"""The blobs of one's own images: the photograph's as the data sets', depth and HHA beside it."""

import re
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from reproduce import nets, predict, sample
from reproduce.datasets import blobs, open_dataset
from reproduce.errors import DataError
from reproduce.hha import hha
from reproduce.nets import load
from reproduce.predicting.given import Given
from reproduce.predicting.inputs import blobs_of
from reproduce.predicting.tasks import dataset_of, tasks_of

NYUD = sample.FOLDER / "nyud" / "data"
NET = "nyud-fcn32s-color-hha"


def room(height=425, width=560):
    """A depth image in millimetres: a floor that goes away from an upright camera, and a wall."""
    rows = np.arange(height)[:, None] - 250.0
    depth = np.where(rows > 20, 1200 * 519 / np.maximum(rows, 1), 4000) + np.zeros(width)
    return np.minimum(depth, 4000).astype(np.uint16)


def test_a_photograph_is_bgr_less_the_mean():
    rgb = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    found = blobs_of(load("voc-fcn8s"), Given("a", "a"), rgb, None, None)["data"]
    expected = rgb[:, :, ::-1].transpose(2, 0, 1) - np.reshape(
        (104.00699, 116.66877, 122.67892), (3, 1, 1)
    )
    assert found.shape == (1, 3, 2, 4)
    assert np.allclose(found[0], expected, atol=1e-5)


def test_the_samples_own_files_give_caffes_labels(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["--sample", "--net", NET, "--hha", str(NYUD / "hha")]
    assert predict.main([str(NYUD / "images"), *words]) == 0
    assert capsys.readouterr().out.count("labels are those of real Caffe") == 10
    for id in ("5001", "5100"):
        labels = np.array(Image.open(f"predictions/img_{id}.png"))
        assert np.array_equal(labels, sample.caffe_labels(NET, "score", id))


def test_hha_is_made_of_depth(tmp_path):
    depth = room()
    Image.fromarray(depth).save(tmp_path / "room.png")
    rgb = np.zeros((*depth.shape, 3), np.uint8)
    spec, image = load(NET), Given("photo.jpg", "room")
    expected = blobs.hha(hha(depth), spec.inputs["hha"].mean)
    for path in (tmp_path / "room.png", tmp_path):
        assert torch.equal(blobs_of(spec, image, rgb, path, None)["hha"], expected)


def test_depth_is_the_logarithm_of_millimetres(tmp_path):
    Image.fromarray(np.array([[1000, 0]], np.uint16)).save(tmp_path / "d.png")
    spec = load("nyud-fcn32s-color-d")
    rgb = np.zeros((1, 2, 3), np.uint8)
    found = blobs_of(spec, Given("a", "a"), rgb, tmp_path / "d.png", None)["depth"]
    assert np.allclose(found.flatten(), [np.log(1000) - 7.844, 0], atol=1e-5)


def test_what_does_not_belong_together_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(NYUD / "images" / "img_5001.png", "photo.png")
    shutil.copy(NYUD / "images" / "img_5012.png", "other.png")
    Image.fromarray(room()).save("room.png")
    Image.fromarray(room()[:100]).save("low.png")
    (tmp_path / "depths").mkdir()
    words = ["--sample", "--net", NET]
    for more, error in (
        (["photo.png", "--depth", "room.png"], "photo.png: hha is 425 x 560, the photograph 106 x"),
        (["photo.png", "--depth", "low.png"], "low.png: the depth is 100 x 560.*give it as --hha"),
        (["photo.png", "--depth", "depths"], "depths/photo.png: no such file, expected what"),
        (["photo.png", "other.png", "--hha", "room.png"], "room.png: is one file for 2"),
        (["photo.png", "--hha", "h", "--depth", "d"], "--depth and --hha: expected one of them"),
    ):
        assert predict.main([*more, *words]) == 2
        assert re.search(error, capsys.readouterr().err), error


@pytest.mark.parametrize("name", nets.names())
def test_every_net_has_names_and_colours_for_its_classes(name):
    spec = load(name)
    tasks = tasks_of(spec)
    assert tasks.keys() == spec.heads.keys()
    if name in sample.nets():
        dataset = open_dataset(dataset_of(spec), sample.FOLDER, offline=True, checked=False)
        for head, truth in spec.heads.items():
            assert tasks[head] is dataset.tasks[truth]


def test_a_net_of_another_data_set_is_refused():
    spec = load("voc-fcn8s")
    object.__setattr__(spec, "data_layers", {"TEST": {"module": "city_layers"}})
    with pytest.raises(DataError, match="city_layers, expected one of voc_layers, nyud_layers"):
        tasks_of(spec)
    other = load("voc-fcn8s")
    object.__setattr__(other, "data_layers", {"TEST": {"module": "nyud_layers"}})
    with pytest.raises(DataError, match="score has 21 classes, its data set 40"):
        tasks_of(other)
