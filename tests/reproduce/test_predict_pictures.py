"""Images of every kind as (H, W, 3) uint8 RGB, against values worked out by hand."""

import io

import numpy as np
import pytest
from PIL import Image

from reproduce.errors import DataError
from reproduce.predicting.pictures import read

RAMP = np.array([[0, 1, 2], [127, 128, 255]], np.uint8)
COLOURS = np.stack([RAMP, RAMP[:, ::-1], RAMP[::-1]], -1)


@pytest.fixture
def saved(tmp_path):
    """Saves an image and reads it as a picture."""

    def save(image, suffix="png", **more):
        path = tmp_path / f"image.{suffix}"
        image.save(path, **more)
        return read(path, path.name)

    return save


def test_rgb_as_it_is(saved):
    found = saved(Image.fromarray(COLOURS))
    assert np.array_equal(found.rgb, COLOURS) and found.notes == ()


def test_grey_has_three_equal_channels(saved):
    found = saved(Image.fromarray(RAMP))
    assert np.array_equal(found.rgb, np.stack([RAMP] * 3, -1))
    two = saved(Image.fromarray(RAMP > 1))
    assert two.rgb[:, :, 0].tolist() == [[0, 0, 255], [255] * 3]


def test_sixteen_bits_become_eight_by_rounding(saved):
    deep = np.array([[0, 128, 129, 257, 65407, 65535]], np.uint16)
    found = saved(Image.fromarray(deep))
    assert found.rgb[0, :, 1].tolist() == [0, 0, 1, 1, 255, 255]
    assert found.notes == ("16-bit grey",)
    assert np.array_equal(saved(Image.fromarray(deep), "tiff").rgb, found.rgb)


@pytest.mark.parametrize(
    "numbers", [np.float32([[0, 1]]), np.int32([[0, 70000]]), np.int32([[0, 255]])]
)
def test_numbers_of_no_known_range_are_refused(saved, numbers):
    with pytest.raises(DataError, match=r"image.tiff: the image has mode ., numbers of no known"):
        saved(Image.fromarray(numbers), "tiff")


def test_alpha_is_laid_upon_white(saved):
    alpha = np.array([[0, 51, 255], [255, 0, 255]], np.uint8)
    found = saved(Image.fromarray(np.dstack([COLOURS, alpha])))
    share = alpha[..., None] / 255
    assert np.abs(found.rgb - (COLOURS * share + 255 * (1 - share))).max() <= 1
    assert found.rgb[0, 0].tolist() == [255] * 3 and found.notes == ("alpha upon white",)
    grey = saved(Image.fromarray(np.dstack([RAMP, alpha]), "LA"))
    assert grey.rgb[:, :, 2].tolist() == [[255, 204, 2], [127, 255, 255]]


def test_a_palette_gives_its_colours_and_what_is_transparent_in_it_white(saved):
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    assert saved(image).rgb[0].tolist() == [[10, 20, 30], [40, 50, 60], [70, 80, 90]]
    clear = saved(image, transparency=1)
    assert clear.rgb[0].tolist() == [[10, 20, 30], [255, 255, 255], [70, 80, 90]]


def test_cmyk(saved):
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], np.uint8)
    found = saved(Image.fromarray(inks, "CMYK"), "tiff")
    assert found.rgb[0].tolist() == [[255, 255, 255], [0, 255, 255], [0, 0, 0]]
    assert found.notes == ("CMYK without its profile",)


def test_the_first_frame_of_an_animation(saved):
    frames = [Image.new("RGB", (3, 2), colour) for colour in ("red", "lime", "blue")]
    found = saved(frames[0], "gif", save_all=True, append_images=frames[1:])
    assert (found.rgb == [255, 0, 0]).all()
    assert "first of 3 frames" in found.notes


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_lies_as_it_should(tmp_path, orientation):
    turns = {
        1: lambda x: x,
        2: np.fliplr,
        3: lambda x: np.rot90(x, 2),
        4: np.flipud,
        5: lambda x: x.transpose(1, 0, 2),
        6: np.rot90,  # is turned clockwise again
        7: lambda x: np.rot90(x, 2).transpose(1, 0, 2),
        8: lambda x: np.rot90(x, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(turns[orientation](COLOURS))
    Image.fromarray(stored).save(tmp_path / "a.png", exif=exif)
    found = read(tmp_path / "a.png", "a.png")
    assert np.array_equal(found.rgb, COLOURS)
    assert bool(found.notes) == (orientation != 1)


def test_streams_and_what_is_no_image(tmp_path):
    file = io.BytesIO()
    Image.fromarray(COLOURS).save(file, "PNG")
    assert np.array_equal(read(io.BytesIO(file.getvalue()), "-").rgb, COLOURS)
    with pytest.raises(DataError, match=r"-: the image cannot be decoded: no format that Pillow"):
        read(io.BytesIO(b"words"), "-")
    with pytest.raises(DataError, match=r"-: the image cannot be decoded"):
        read(io.BytesIO(file.getvalue()[:60]), "-")
    with pytest.raises(DataError, match=r"gone.png: no such file"):
        read(tmp_path / "gone.png", "gone.png")


def test_files_without_an_image_are_told_apart_without_their_path(tmp_path):
    for name, data in (("empty.png", b""), ("text.png", b"words")):
        (tmp_path / name).write_bytes(data)
        expected = f"{name}: the image cannot be decoded: no format that Pillow knows"
        with pytest.raises(DataError) as error:
            read(tmp_path / name, name)
        assert str(error.value) == expected + (" (the file is empty)" if not data else "")


def test_pixels_beyond_pillows_bound(tmp_path, monkeypatch, recwarn):
    Image.fromarray(COLOURS).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)  # Pillow warns of more, and refuses twice it
    assert read(tmp_path / "a.png", "a.png").rgb.shape == (2, 3, 3) and not recwarn.list
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2)
    with pytest.raises(DataError, match=r"a.png: .* more than 4 pixels, make it smaller"):
        read(tmp_path / "a.png", "a.png")
