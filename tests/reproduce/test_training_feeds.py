"""Feeds against samples that are read by hand, in the order that is drawn by hand."""

from random import Random

import numpy as np
import pytest
import torch
from PIL import Image

from reproduce.datasets import blobs
from reproduce.datasets.folder import open_folder
from reproduce.errors import DataError
from reproduce.training.feeds import feeds
from reproduce.training.order import Order

INPUTS = {"data": blobs.Input("color", (1.0, 2.0, 3.0))}
HEADS = {"score": "label"}


@pytest.fixture
def dataset(tmp_path):
    """Five images: number i is 2 x (3 + i), all its pixels are red 10 * i."""
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for i in range(5):
        size = (3 + i, 2)
        Image.new("RGB", size, (10 * i, 0, 0)).save(tmp_path / "images" / f"{i}.png")
        label = np.full((2, 3 + i), i % 2, np.uint8)
        label[0, 0] = 255
        Image.fromarray(label).save(tmp_path / "labels" / f"{i}.png")
    return open_folder(tmp_path, "train", 2)


def drawn(count):
    random = Random(1337).random
    return [int(random() * 5) for _ in range(count)]


def images(coming):
    """Which of the five each feed is, by its width."""
    return [feed["data"].shape[3] - 3 for feed in coming]


def test_blobs(dataset):
    [feed] = feeds(dataset, INPUTS, HEADS, Order(5), 0, 1)
    image = drawn(1)[0]
    assert list(feed) == ["data", "label"]
    assert (feed["data"].shape, feed["data"].dtype) == ((1, 3, 2, 3 + image), torch.float32)
    assert feed["data"][0, :, 1, 1].tolist() == [-1, -2, 10 * image - 3]
    assert (feed["label"].shape, feed["label"].dtype) == ((1, 1, 2, 3 + image), torch.float32)
    assert feed["label"][0, 0, 0].tolist() == [255] + (2 + image) * [image % 2]


@pytest.mark.parametrize("workers", [0, 2])
def test_they_come_in_the_order_that_is_drawn(dataset, workers):
    assert images(feeds(dataset, INPUTS, HEADS, Order(5), 0, 12, workers=workers)) == drawn(12)


def test_they_begin_where_training_was_left(dataset):
    assert images(feeds(dataset, INPUTS, HEADS, Order(5), 7, 12)) == drawn(12)[7:]
    ranks = [
        images(feeds(dataset, INPUTS, HEADS, Order(5, rank=rank, world=2), 2, 5)) for rank in (0, 1)
    ]
    assert ranks == [drawn(10)[4::2], drawn(10)[5::2]]


def test_a_mask(dataset):
    masked = feeds(dataset, INPUTS, HEADS, Order(5), 0, 5, mask="background")
    for image, feed in zip(drawn(5), masked, strict=True):
        # class 0 and void are the mean, which is 0; class 1 is kept
        kept = [-1, -2, 10 * image - 3] if image % 2 else [0, 0, 0]
        assert feed["data"][0, :, 1, 1].tolist() == kept
        assert feed["data"][0, :, 0, 0].tolist() == [0, 0, 0]
        assert feed["label"][0, 0, 0, 0] == 255


def test_a_broken_image_stops_at_its_turn(dataset):
    bad = drawn(3)[2]
    assert bad not in drawn(2)
    dataset.files(str(bad))["color"].write_bytes(b"no image")
    coming = feeds(dataset, INPUTS, HEADS, Order(5), 0, 5)
    assert [feed["data"].shape[3] - 3 for feed in (next(coming), next(coming))] == drawn(2)
    with pytest.raises(DataError, match=rf"images/{bad}.png: the image cannot be decoded"):
        next(coming)


def test_refuses_labels_that_the_data_set_lacks(dataset):
    with pytest.raises(DataError, match=r"^folder: has no labels geo, sem, only label"):
        next(feeds(dataset, INPUTS, {"score_sem": "sem", "score_geo": "geo"}, Order(5), 0, 1))


def test_closing_it_ends_the_workers(dataset):
    coming = feeds(dataset, INPUTS, HEADS, Order(5), 0, 1000, workers=1)
    next(coming)
    coming.close()
    with pytest.raises(StopIteration):
        next(coming)
