"""caffe.io of the pycaffe view, against values worked out by hand."""

import numpy as np
import pytest
from PIL import Image

import weights_convert.pycaffe as caffe
from weights_convert.errors import ConvertError

PIXELS = np.array([[[255, 0, 51], [0, 102, 0]]], np.uint8)  # one row, two columns


@pytest.fixture
def image(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "image.png")
    return tmp_path / "image.png"


def transformer(height=1, width=2):
    found = caffe.io.Transformer({"data": (1, 3, height, width)})
    found.set_transpose("data", (2, 0, 1))
    found.set_channel_swap("data", (2, 1, 0))
    found.set_raw_scale("data", 255)
    found.set_mean("data", np.array([1, 2, 3]))
    return found


def test_images_are_rgb_of_0_to_1(image):
    found = caffe.io.load_image(str(image))
    assert (found.shape, found.dtype) == ((1, 2, 3), np.float32)
    assert np.allclose(found[0, 0], [1, 0, 0.2])
    assert caffe.io.load_image(image, color=False).shape == (1, 2, 1)
    Image.fromarray(PIXELS[:, :, 0]).save(image)
    assert np.allclose(caffe.io.load_image(image), [[[1, 1, 1], [0, 0, 0]]])


def test_no_image(tmp_path):
    path = tmp_path / "words.png"
    path.write_text("words")
    with pytest.raises(ConvertError, match=r"words.png: not an image"):
        caffe.io.load_image(path)


def test_preprocess_makes_bgr_less_the_mean(image):
    found = transformer().preprocess("data", caffe.io.load_image(image))
    assert found.dtype == np.float32
    assert np.allclose(found, [[[50, -1]], [[-2, 100]], [[252, -3]]], atol=1e-4)


def test_deprocess_undoes_it(image):
    pixels, made = caffe.io.load_image(image), transformer()
    made.set_input_scale("data", 0.017)
    there = made.preprocess("data", pixels)
    assert np.allclose(there[2, 0, 0], 252 * 0.017)
    assert np.allclose(made.deprocess("data", there), pixels, atol=1e-6)


def test_an_image_is_resized_to_the_blob(image):
    found = transformer(2, 4).preprocess("data", caffe.io.load_image(image))
    red = found[2, 0] + 3
    assert found.shape == (3, 2, 4)
    assert np.allclose(red, [255, 191.25, 63.75, 0])  # a quarter and three quarters between


def test_resize():
    image = np.array([[[0], [4], [8]]], np.float32)
    assert caffe.io.resize_image(image, (2, 3)).tolist() == [[[0], [4], [8]]] * 2
    assert caffe.io.resize_image(image, (1, 6), 0).flatten().tolist() == [0, 0, 4, 4, 8, 8]
    assert caffe.io.resize_image(image, (1, 1)).flatten().tolist() == [4]
    with pytest.raises(ValueError, match="interp_order 3, expected 0 or 1"):
        caffe.io.resize_image(image, (1, 1), 3)


def test_a_mean_image_is_resized_too():
    made = caffe.io.Transformer({"data": (1, 1, 1, 4)})
    made.set_mean("data", np.array([[[0.0, 8.0]]]))
    assert made.mean["data"].tolist() == [[[0, 2, 6, 8]]]


def test_what_does_not_fit_is_told():
    made = caffe.io.Transformer({"data": (1, 3, 2, 2)})
    for call, error in (
        (lambda: made.set_mean("data", np.zeros(2)), "expected 3 channels"),
        (lambda: made.set_channel_swap("data", (1, 0)), "expected 3 channels"),
        (lambda: made.set_transpose("data", (1, 0)), "an axis for each"),
        (lambda: made.set_raw_scale("image", 1), "'image': not an input"),
    ):
        with pytest.raises(ValueError, match=error):
            call()
