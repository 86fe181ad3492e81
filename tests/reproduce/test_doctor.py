"""What the doctor says of findings that are VOC's, but for one deviation."""

import dataclasses
import re

import pytest
from doctor_folders import told

from reproduce.datasets.voc import CLASSES
from reproduce.doctor import Findings, complaints, known_figures
from reproduce.doctor.known import Expected
from reproduce.doctor.verdicts import verdicts
from reproduce.errors import DataError


def true_voc():
    """What seg11valid is known to hold, with the void and background that were measured."""
    known, pixels = known_figures("voc2011", "seg11valid"), [100] * 256
    pixels[0], pixels[255], pixels[21:255] = 5500, 430, [0] * 234
    return Findings(
        "voc2011",
        "seg11valid",
        736,
        known["ids SHA-256"].equal,
        1112,
        {"label": list(CLASSES)},
        200,
        {"375 x 500": 735, "500 x 334": 1},
        {"label": pixels},
        {"color": 736},
        {"color": [116.5, 112.6, 103.9]},
    )


def test_true_voc_passes():
    assert complaints(true_voc(), known_figures("voc2011", "seg11valid")) == []
    other = dataclasses.replace(true_voc(), devkit_val=1111)  # sources disagree on it
    assert complaints(other, known_figures("voc2011", "segvalid11")) == []


def pixels(**changes):
    found = true_voc().pixels["label"]
    for value, n in changes.items():
        found[int(value[1:])] = n
    return {"pixels": {"label": found}}


@pytest.mark.parametrize(
    ("changes", "figure", "words"),
    [
        ({"images": 1449}, "images", "found 1449, expected 736 .*list of VOC2012 val"),
        ({"images": 1112}, "images", "found 1112, expected 736 .*list of VOC2011 val"),
        ({"images": 735}, "images", "another copy of the data"),
        ({"ids_sha256": "ab"}, "ids SHA-256", "found ab, expected 4ca991.*another list"),
        (
            {"devkit_val": 1449},
            "val list of the devkit",
            "found 1449, expected 1111 or 1112 .*folder VOC2011 holds the devkit of 2012",
        ),
        ({"sizes": {"600 x 800": 1}}, "longest side", "found 800, expected at most 500 .*enlarged"),
        (pixels(_255=0), "void of label, %", "found 0.0, expected 5.36 .*SBD"),
        (pixels(_255=3000), "void of label, %", "shifted"),
        (pixels(_0=900, _1=4700), "background of label, %", "shifted"),
        (pixels(_0=0), "never in label", "found background.*shifted, one too high"),
        (pixels(_20=0), "never in label", "found tvmonitor.*shifted, one too low"),
        (pixels(_7=0), "never in label", "found car, expected none .*other images"),
        (
            {"means": {"color": [103.9, 112.6, 116.5]}},
            "mean of color",
            r"expected 122\.68, .*RGB for BGR: .*red and blue exchanged",
        ),
        ({"means": {"color": [0.4, 0.4, 0.4]}}, "mean of color", "images were changed"),
    ],
)
def test_one_deviation_of_voc(changes, figure, words):
    found = dataclasses.replace(true_voc(), **changes)
    assert re.search(words, told(found, figure))
    if "pixels" not in changes:  # labels that are wrong are so in more than one figure
        assert len(complaints(found, known_figures("voc2011", "seg11valid"))) == 1


def test_devkit_of_2011_under_the_name_of_2012():
    found = dataclasses.replace(true_voc(), dataset="voc2012")
    assert "folder VOC2012 holds the devkit of 2011" in told(found, "val list of the devkit")
    val = dataclasses.replace(found, split="val", images=1111)
    assert "folder VOC2012 holds the devkit of 2011" in told(val, "images")


def test_nearly_grey_images_decide_no_order():
    found = dataclasses.replace(true_voc(), means={"color": [110.0, 112.0, 115.0]})
    assert told(found, "mean of color") is None


def test_known_figures_are_well_formed():
    for name in ("voc2011", "voc2012", "nyudv2", "siftflow", "pascalcontext"):
        for split in ("seg11valid", "val", "test", "train", "trainval"):
            for figure, one in known_figures(name, split).items():
                assert one.source and one.how, (name, split, figure)
    assert known_figures("voc2011", "train") == known_figures("camvid", "test") == {}


def test_expected_in_two_ways_is_refused(monkeypatch):
    from reproduce.doctor import known

    text = "sources: {s: words}\nsplits: {all: {images: {equal: 1, near: 2, source: s}}}"
    monkeypatch.setattr(known.yaml, "safe_load", lambda _, load=known.yaml.safe_load: load(text))
    with pytest.raises(DataError, match=r"voc2011\.yaml: images: .*expected one of equal"):
        known_figures("voc2011", "all")


def test_figure_that_the_data_set_has_not_is_neither_right_nor_wrong():
    [*_, last] = verdicts(true_voc(), {"mean of hha": Expected("words", near=[1, 2, 3])})
    assert (last.figure, last.found, last.word) == ("mean of hha", None, "-")
