"""What the drawings are made of: shapes, bands, borders, rooms, and which class is on which."""

from collections import Counter

import numpy as np
import pytest

from reproduce.sample.draw.canvas import blank, borders
from reproduce.sample.draw.coverage import Pose, band, coverage
from reproduce.sample.draw.outlines import polygon, rectangle
from reproduce.sample.draw.placement import Deal, dealt
from reproduce.sample.draw.room import Room
from reproduce.sample.draw.shapes import SHAPES

SQUARE = rectangle(-1, -1, 1, 1)


def test_coverage_of_a_square():
    found = coverage((SQUARE,), (6, 8), Pose(4, 3, 2, 1))
    assert found.dtype == np.float32 and found.shape == (6, 8)
    assert (found[2:4, 2:6] == 1).all()
    assert found[:, :2].max() == 0 and found[:2].max() == 0 and found[:, 7:].max() == 0


def test_coverage_turned_mirrored_and_cut():
    triangle = (polygon((0, -1), (1, 1), (0, 1)),)
    right = coverage(triangle, (40, 40), Pose(20, 20, 15, 15))
    left = coverage(triangle, (40, 40), Pose(20, 20, 15, 15, mirrored=True))
    assert right[:, 21:].any() and not right[:, :19].any()
    assert left[:, :19].any() and not left[:, 21:].any()
    turned = coverage(triangle, (40, 40), Pose(20, 20, 15, 15, angle=np.pi / 2))
    assert turned[21:].any() and not turned[:19].any()  # clockwise: what was right is below
    hole = (SQUARE, rectangle(-0.5, -0.5, 0.5, 0.5, cut=True))
    frame = coverage(hole, (40, 40), Pose(20, 20, 15, 15))
    assert frame[20, 20] == 0 and frame[20, 8] == 1


def test_shapes_are_seen():
    for name, shape in SHAPES.items():
        found = coverage(shape, (60, 60), Pose(30, 30, 20, 20))
        assert 0.05 < found.mean() < 0.6, name
    assert len(SHAPES) == 40


def test_bands_end_at_the_edges():
    rng = np.random.default_rng(0)
    below = band(rng, (100, 30), 0.5, 1)
    assert below.shape == (100, 30)
    assert (below[-1] >= 0.5).all() and (below[75:-1] == 1).all() and (below[:25] == 0).all()
    assert len({float(column) for column in below.sum(0)}) > 1  # the upper edge is wavy


def test_borders():
    labels = np.array([[1, 1, 1, 2], [1, 1, 1, 1], [1, 1, 1, 1], [3, 1, 1, 1]])
    expected = np.array([[0, 0, 1, 1], [0, 0, 0, 1], [1, 0, 0, 0], [1, 1, 0, 0]], bool)
    assert np.array_equal(borders(labels), expected)


def test_blank_has_its_chance():
    rng, hit = np.random.default_rng(0), 0
    for _ in range(200):
        labels = np.ones((20, 20), int)
        blank(rng, labels, 255, 0.25, (SQUARE,), (30, 30))
        hit += (labels == 255).all()
    assert 30 < hit < 70


def test_every_class_is_dealt_about_as_often():
    hands = dealt([str(i) for i in range(50)], Deal("name", range(1, 8), 2, 4))
    assert list(hands) == [str(i) for i in range(50)]
    assert {len(hand) for (hand,) in hands.values()} == {2, 3, 4}
    times = Counter(label for (hand,) in hands.values() for label in hand)
    assert sorted(times) == list(range(1, 8)) and max(times.values()) - min(times.values()) <= 1
    assert hands != dealt([str(i) for i in range(50)], Deal("other", range(1, 8), 2, 4))


def test_a_room_is_as_it_is_seen():
    """A camera 1.3 m up, level: a floor pixel at depth z is f * 1.3 / z below the horizon."""
    rng = np.random.default_rng(0)
    room = Room(rng, (100, 140))
    rows, columns = np.nonzero(room.is_floor)
    z = room.depth[rows, columns]
    assert z == pytest.approx(133 * 1.3 / (rows - room.horizon))
    assert room.foot(2.0) == pytest.approx(room.horizon + 133 * 1.3 / 2)
    hha = room.hha(rng)
    assert hha[..., 0] == pytest.approx(np.minimum(310 / room.depth, 255), abs=0.51)
    assert hha[room.is_floor][:, 1].max() == 0  # the floor has the height 0
    assert hha[room.is_floor][:, 2].mean() == pytest.approx(2 + 38, abs=0.5)
    assert hha[room.is_ceiling][:, 2].mean() == pytest.approx(176 + 38, abs=0.5)
