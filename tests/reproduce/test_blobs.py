"""Input blobs: the release's arithmetic for each kind of image, and what does not fit together."""

import math

import numpy as np
import pytest

from reproduce.datasets import VOID
from reproduce.datasets.blobs import Input, bgr, blob, hha, images, log_depth, sample
from reproduce.errors import DataError

MEAN = (104.00699, 116.66877, 122.67892)
GREY = np.arange(256, dtype=np.uint8).reshape(16, 16)
COLOR = {"data": Input("color", MEAN)}


class Drawn:
    """A data set of one image, (2, 3), whose label is `label`."""

    name, kinds = "drawn", ("color", "depth")

    def __init__(self, label=(2, 3), depth=(2, 3)):
        self.sizes = {"color": (2, 3, 3), "depth": depth}
        self.label = np.full(label, VOID, np.uint8)

    def image(self, id, kind):
        return np.full(self.sizes[kind], 7, np.uint8 if kind == "color" else np.float32)

    def labels(self, id):
        return {"label": self.label}


def test_the_mean_is_subtracted_in_double_and_rounded_once():
    found = bgr(np.stack([GREY] * 3, 2), MEAN)
    assert found.is_contiguous()
    singles = 0
    for channel, mean in zip(found[0].numpy(), MEAN, strict=True):
        expected = [np.float32(float(value) - mean) for value in range(256)]
        assert channel.ravel().tolist() == expected
        singles += sum(np.float32(v) - np.float32(mean) != e for v, e in enumerate(expected))
    assert singles > 100  # what float32 throughout would have got wrong


@pytest.mark.parametrize("kind, first", [("color", 30), ("hha", 10)])
def test_colour_is_swapped_and_hha_is_not(kind, first):
    image = np.array([[[10, 20, 30]]], np.uint8)
    x = blob(image, kind, (1.0, 2.0, 3.0))
    assert x.shape == (1, 3, 1, 1)
    assert x.flatten().tolist() == [first - 1, 18, 40 - first - 3]


def test_an_image_is_left_alone_and_wants_its_means():
    rgb = np.full((2, 2, 3), 7, np.uint8)
    for kind in (bgr, hha):
        kind(rgb, MEAN)
        with pytest.raises(ValueError, match="broadcast"):
            kind(rgb, (1.0, 2.0))
    assert (rgb == 7).all()


def test_depth_is_the_logarithm_of_millimetres_and_the_mean_where_there_is_none():
    depth = np.array([[0, 1, 2550, 65535]], np.float32)
    x = log_depth(depth, (7.844,))
    assert x.shape == (1, 1, 1, 4)
    expected = [0.0, *(math.log(value) - 7.844 for value in (1, 2550, 65535))]
    np.testing.assert_allclose(x.flatten(), expected, rtol=1e-6, atol=1e-6)
    assert depth[0, 0] == 0


def test_a_sample():
    found = sample(Drawn(), "a", {"data": Input("color", MEAN), "d": Input("depth", (7.844,))})
    assert (found.id, found.labels["label"].shape) == ("a", (2, 3))
    assert {name: tuple(x.shape) for name, x in found.inputs.items()} == {
        "data": (1, 3, 2, 3),
        "d": (1, 1, 2, 3),
    }


def test_a_label_of_another_size():
    with pytest.raises(
        DataError, match=r"drawn a: label is 3 x 2, its image 2 x 3 \(height x width"
    ):
        sample(Drawn(label=(3, 2)), "a", COLOR)


def test_images_of_two_sizes():
    inputs = {**COLOR, "d": Input("depth", (7.844,))}
    with pytest.raises(DataError, match="drawn a: data 2 x 3, d 5 x 5: expected images of one"):
        images(Drawn(depth=(5, 5)), "a", inputs)


def test_a_kind_that_the_data_set_lacks():
    with pytest.raises(DataError, match="drawn: has no hha for input h, only color, depth"):
        images(Drawn(), "a", {"h": Input("hha", MEAN)})
