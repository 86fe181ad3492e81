"""Label PNGs, overlays, legends, shares, and pictures in the terminal."""

import io
import os
import pty
import re
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from reproduce.datasets import Task
from reproduce.datasets.voc import TASK
from reproduce.errors import DataError
from reproduce.predicting import terminal
from reproduce.predicting.drawing import label_png, overlay, with_legend
from reproduce.predicting.shares import shares, table

LABELS = np.array([[0, 0, 15, 15, 15], [0, 0, 15, 15, 7]], np.uint8)
GREY = np.full((2, 5, 3), 100, np.uint8)


def opened(png):
    return Image.open(io.BytesIO(png))


def test_label_png_holds_the_classes_and_the_colours_of_the_data_set():
    image = opened(label_png(LABELS, TASK.palette))
    assert image.mode == "P" and np.array_equal(np.array(image), LABELS)
    assert np.array(image.convert("RGB"))[0, 2].tolist() == [192, 128, 128]


def test_the_background_shows_the_photograph_other_classes_their_colour():
    found = overlay(GREY, LABELS, TASK)
    assert found[0, 0].tolist() == [100] * 3
    assert found[0, 2].tolist() == [155, 117, 117]  # 0.4 of 100 and 0.6 of 192, 128, 128
    none = Task(("wall", *TASK.classes[1:]), TASK.palette)
    assert overlay(GREY, LABELS, none)[0, 0].tolist() == [40] * 3


def test_shares_are_sorted_and_add_up():
    found = shares(LABELS, TASK)
    assert [(one.name, one.pixels) for one in found] == [
        ("person", 5),
        ("background", 4),
        ("car", 1),
    ]
    assert [one.share for one in found] == [0.5, 0.4, 0.1]
    assert shares(LABELS[:, :2], TASK)[0].share == 1
    assert table(found).splitlines()[0].split() == ["person", "50.0", "%", "5"]
    assert (
        shares(np.array([[3, 2]], np.uint8), TASK)[0].name == "bicycle"
    )  # of equal ones the lower


def test_the_legend_is_beside_the_picture():
    found = opened(with_legend(GREY, shares(LABELS, TASK), TASK))
    pixels = np.array(found)
    assert np.array_equal(pixels[:2, :5], GREY)
    assert found.width > 60 and found.height >= 3 * 11
    for label, seen in ((15, True), (0, True), (7, True), (20, False)):
        colour = (pixels[:, 5:] == TASK.palette[label]).all(-1)
        assert (colour.sum() > 20) == seen, label


def test_the_legend_grows_with_the_picture():
    large = np.zeros((1000, 4, 3), np.uint8)
    wide = [opened(with_legend(x, shares(LABELS, TASK), TASK)).width for x in (GREY, large)]
    assert wide[1] > wide[0] + 50


def test_half_blocks():
    rgb = np.array([[[255, 0, 0]], [[0, 0, 255]], [[1, 2, 3]]], np.uint8)
    red_over_blue = "\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m\u2580\x1b[0m\n"
    last = "\x1b[38;2;1;2;3m\x1b[48;2;1;2;3m\u2580\x1b[0m\n"
    assert terminal.half_blocks(rgb, 80, 24) == red_over_blue + last


def test_half_blocks_fit_the_terminal():
    rows = terminal.half_blocks(np.zeros((300, 400, 3), np.uint8), 40, 10).splitlines()
    assert len(rows) <= 10 and {row.count("\u2580") for row in rows} == {27}


def test_sixels_by_hand():
    rgb = np.zeros((7, 5, 3), np.uint8)
    rgb[6] = [255, 0, 0]
    text = terminal.sixels(rgb)
    assert text.startswith('\x1bPq"1;1;5;7') and text.endswith("\x1b\\\n")
    black, red = (re.search(rf"#(\d+);2;{c}", text)[1] for c in ("0;0;0", "100;0;0"))
    assert text.partition(f"#{black}!")[2] in (
        f"5~-#{red}!5@\x1b\\\n",  # all six rows black, then the first one red
    )


def decoded(text):
    """The picture that sixels draw, in percent."""
    width, height = map(int, re.search(r'"1;1;(\d+);(\d+)', text).groups())
    colours = {int(n): c for n, *c in re.findall(r"#(\d+);2;(\d+);(\d+);(\d+)", text)}
    body = re.sub(r"#\d+;2;\d+;\d+;\d+", "", text[text.index('"1;1') :])
    body = re.sub(r'^"1;1;\d+;\d+', "", body).removesuffix("\x1b\\\n")
    drawn = np.full((height + 6, width, 3), -1)
    for band, rows in enumerate(body.split("-")):
        for part in rows.split("$"):
            number, cells = re.match(r"#(\d+)(.*)", part).groups()
            cells = re.sub(r"!(\d+)(.)", lambda run: run[2] * int(run[1]), cells)
            for column, cell in enumerate(cells):
                for bit in range(6):
                    if (ord(cell) - 63) >> bit & 1:
                        drawn[6 * band + bit, column] = colours[int(number)]
    return drawn[:height]


def test_sixels_give_the_picture_back():
    rng = np.random.default_rng(1)
    rgb = rng.choice([0, 51, 255], (13, 9, 3)).astype(np.uint8)
    assert np.array_equal(decoded(terminal.sixels(rgb)), np.round(rgb / 2.55))


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("sixel", [True, False])
def test_a_terminal_is_printed_to(monkeypatch, sixel):
    monkeypatch.setattr(terminal, "draws_sixels", lambda: sixel)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(terminal.sys, "stdout", screen := Screen())
    terminal.show(GREY)
    assert ("\x1bPq" in screen.getvalue(), "\u2580" in screen.getvalue()) == (sixel, not sixel)


@pytest.mark.parametrize("viewer", [True, False])
def test_without_a_terminal_a_viewer_is_opened(monkeypatch, viewer):
    monkeypatch.setattr(terminal.sys, "stdout", io.StringIO())
    monkeypatch.setattr(terminal.ImageShow, "show", lambda image: viewer)
    monkeypatch.setenv("DISPLAY", ":0")
    if viewer:
        terminal.show(GREY)
        return
    with pytest.raises(DataError, match=r"no terminal .*, and no viewer"):
        terminal.show(GREY)


@pytest.mark.parametrize("screen", [io.StringIO(), Screen()])
def test_where_nothing_can_be_shown_no_viewer_is_tried(monkeypatch, screen):
    """A server: neither a display nor, or but a dumb one, a terminal."""
    monkeypatch.setattr(terminal.sys, "stdout", screen)
    monkeypatch.setattr(terminal.sys, "platform", "linux")
    monkeypatch.setattr(terminal.ImageShow, "show", lambda image: 1 / 0)
    monkeypatch.setenv("TERM", "dumb")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DataError, match="no viewer of images was found: open the file instead"):
        terminal.show(GREY)


@pytest.mark.parametrize(
    "answer, expected",
    [
        (b"\x1b[?62;4;22c", True),
        (b"\x1b[?62;22c", False),
        (b"\x1b[?4;6c", False),  # the first number is the kind of terminal
        (b"", False),
    ],
)
def test_a_terminal_is_asked_whether_it_draws_sixels(monkeypatch, answer, expected):
    master, slave = pty.openpty()
    monkeypatch.setattr(terminal.os, "ctermid", lambda: os.ttyname(slave))
    asked = []

    def reply():
        asked.append(os.read(master, 16))
        os.write(master, answer)

    thread = threading.Thread(target=reply, daemon=True)
    thread.start()
    try:
        assert terminal.draws_sixels() == expected
    finally:
        thread.join(2)
        os.close(master)
        os.close(slave)
    assert asked == [b"\x1b[c"]


def test_no_terminal_draws_no_sixels(monkeypatch, tmp_path):
    monkeypatch.setattr(terminal, "os", SimpleNamespace(ctermid=lambda: str(tmp_path / "no")))
    assert not terminal.draws_sixels()
