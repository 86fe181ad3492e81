"""What the doctor says of small data sets, each with one deviation in its files."""

import dataclasses
import re

import numpy as np
import pytest
from doctor_folders import nyud, siftflow, told, voc

from reproduce import sample
from reproduce.datasets import open_dataset
from reproduce.doctor import complaints, examine, known_figures


def test_labels_less_one_are_told_from_voc_files(tmp_path):
    """0 to 20 in a row, once as they are and once less 1 in uint8, where background is void."""
    right = np.arange(21, dtype=np.uint8).reshape(3, 7)
    assert told(examine(voc(tmp_path / "right", [right])), "never in label") is None
    shifted = examine(voc(tmp_path / "less", [right - np.uint8(1)]))
    assert "shifted, one too low" in told(shifted, "never in label")


def test_nyud_as_it_should_be(tmp_path):
    found = nyud(tmp_path, [*range(1, 41), *[0, 1] * 10])
    wrong = complaints(found, known_figures("nyudv2", "test"))
    of = [one.split(": ")[1] for one in wrong]  # one image for 654
    assert of == ["images", "ids SHA-256", "color images", "hha images", "depth images"]
    assert found.depth == {"unmeasured": 0.0, "nearest": 4000.0, "farthest": 4000.0}
    assert found.means["hha"] == [132, 94, 118]


def test_nyud_labels_from_zero(tmp_path):
    found = nyud(tmp_path, range(40))
    assert "found otherprop" in told(found, "never in label")
    assert "shifted, one too low" in told(found, "never in label")


@pytest.mark.parametrize(
    ("wrong", "figure", "words"),
    [
        ({"size": (480, 640)}, "sizes", "found 480 x 640, expected 425 x 560 .*raw 480 x 640 NYUD"),
        ({"color": (92, 97, 116)}, "mean of color", "RGB for BGR"),
        ({"depth": 40000}, "depth farthest", "not in millimetres"),
    ],
)
def test_one_deviation_of_nyud(tmp_path, wrong, figure, words):
    assert re.search(words, told(nyud(tmp_path, range(41), **wrong), figure))


def test_nyud_depth_with_holes(tmp_path):
    depth = np.tile(np.array([0, 1000, 2000, 9000], np.uint16), (425, 140))
    found = nyud(tmp_path, range(41), depth=depth)
    assert found.depth == {"unmeasured": 25.0, "nearest": 1000.0, "farthest": 9000.0}
    assert "found 25.0, expected at most 5" in told(found, "depth unmeasured")


def test_nyud_without_hha_is_no_complaint(tmp_path):
    found = nyud(tmp_path, range(41), hha=False)
    assert found.files == {"color": 1, "depth": 1} and told(found, "hha images") is None


OCCUR = [0, *(label for label in range(1, 34) if label not in (9, 11, 16))]


def test_siftflow_as_it_should_be(tmp_path):
    found = siftflow(tmp_path, OCCUR)
    wrong = complaints(found, known_figures("siftflow", "test"))
    assert [one.split(": ")[1] for one in wrong][:2] == ["images", "ids SHA-256"]
    assert told(found, "never in sem") is None and told(found, "never in geo") is None
    assert told(found, "red less blue in the sky") is None


def test_siftflow_labels_from_zero(tmp_path):
    found = siftflow(tmp_path, [label - 1 for label in OCCUR[1:]], [0, 1, 2])
    assert "found car, crosswalk, grass, window" in told(found, "never in sem")
    assert "shifted, one too low" in told(found, "never in sem")
    assert "found vertical, expected none" in told(found, "never in geo")
    assert "shifted, one too low" in told(found, "never in geo")


def test_siftflow_with_a_class_that_does_not_occur_there(tmp_path):
    assert "found desert, moon, expected cow, desert, moon" in told(
        siftflow(tmp_path, [*OCCUR, 9]), "never in sem"
    )


def test_siftflow_sky_of_swapped_channels_is_red(tmp_path):
    found = siftflow(tmp_path, OCCUR, color=(200, 150, 120))
    assert "found 80.0" in told(found, "red less blue in the sky")
    assert "RGB for BGR" in told(found, "red less blue in the sky")


def context(present):
    found = examine(open_dataset("pascalcontext", sample.FOLDER, offline=True, checked=False))
    values = [100 if label in present else 0 for label in range(256)]
    return dataclasses.replace(found, pixels={"label": values})


def test_context_of_59_classes():
    assert told(context(range(60)), "never in label") is None
    assert "59 classes for 60" in told(context(range(1, 60)), "never in label")
    assert "found background" in told(context(range(1, 60)), "never in label")
    few = told(context([0, 1, 2]), "never in label")
    assert "bird, boat, bottle, bus, car and 52 more" in few and "mapped already" in few
