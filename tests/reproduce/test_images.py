"""Decoded as they are, or refused in one line: files broken in each way."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reproduce.datasets.images import check_classes, indices, rgb
from reproduce.errors import DataError

NOISE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
LABEL = np.array([[0, 20, 255], [7, 0, 255]], np.uint8)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "a.jpg"
    Image.fromarray(NOISE).save(path)
    return path


@pytest.fixture
def label(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(NOISE[:, :, 0]).save(path)
    return path


def test_an_image(image):
    found = rgb(image)
    assert (found.shape, found.dtype) == ((60, 80, 3), np.uint8)
    assert abs(found[:, :, 0].mean() - NOISE[:, :, 0].mean()) < 2  # red first


def test_a_grey_image_has_three_equal_channels(image):
    Image.new("L", (8, 6), 100).save(image)
    assert rgb(image).shape == (6, 8, 3)
    assert (rgb(image) == 100).all()


@pytest.mark.parametrize("mode", ["P", "L"])
def test_a_label_is_the_numbers_that_are_stored(label, mode):
    stored = Image.fromarray(LABEL)
    if mode == "P":
        stored.putpalette(NOISE.tobytes()[:768])
    assert stored.mode == mode
    stored.save(label)
    assert np.array_equal(indices(label), LABEL)
    assert indices(label).flags.writeable


def cut(path):
    path.write_bytes(path.read_bytes()[:-500])


@pytest.mark.parametrize(
    "change, match",
    [
        (Path.unlink, "the image is missing"),
        (cut, "the image cannot be decoded: image file is truncated"),
        (lambda path: path.write_bytes(b""), "the image cannot be decoded: cannot identify"),
        (lambda path: path.write_text("<html>"), "the image cannot be decoded: cannot identify"),
        (lambda path: Image.new("CMYK", (8, 6)).save(path), "the image has mode CMYK, expected"),
    ],
    ids=["missing", "cut", "empty", "html", "cmyk"],
)
def test_images_that_are_refused(image, change, match):
    change(image)
    with pytest.raises(DataError, match=f"a.jpg: {match}") as error:
        rgb(image)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "change, match",
    [
        (Path.unlink, "is missing"),
        (cut, "cannot be decoded: image file is truncated"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "cannot be decoded"),
        (lambda path: Image.new("RGB", (8, 6)).save(path), "has mode RGB, which is colours, not p"),
        (lambda path: Image.new("1", (8, 6)).save(path), "has mode 1, which is colours"),
        (lambda path: Image.new("I;16", (8, 6)).save(path), "has mode I;16, which is colours"),
    ],
    ids=["missing", "cut", "head", "rgb", "bits", "deep"],
)
def test_labels_that_are_refused(label, change, match):
    change(label)
    with pytest.raises(DataError, match=f"a.png: the label {match}") as error:
        indices(label)
    assert "\n" not in str(error.value)


def test_an_image_too_large_to_be_one(image, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # Pillow refuses above twice that
    with pytest.raises(DataError, match=r"a.jpg: the image cannot be decoded: .*exceeds limit"):
        rgb(image)


@pytest.mark.parametrize("kind, read", [("image", rgb), ("label", indices)])
def test_no_broken_byte_gets_past_as_another_error(request, kind, read):
    path = request.getfixturevalue(kind)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, 400, 300):
        broken = bytearray(whole)
        broken[place] ^= rng.integers(1, 256)
        path.write_bytes(broken)
        try:
            read(path)
        except DataError:
            refused += 1
    assert refused > 20


def test_a_label_that_fits():
    check_classes(Path("a.png"), LABEL, 21)


@pytest.mark.parametrize(
    "classes, match",
    [
        (7, "a.png: labels 7, 20, the first at row 0, column 1: expected 0 to 6 or 255"),
        (20, "a.png: labels 20, the first at row 0, column 1: expected 0 to 19 or 255"),
    ],
)
def test_labels_that_do_not_fit(classes, match):
    with pytest.raises(DataError, match=match):
        check_classes(Path("a.png"), LABEL, classes)
