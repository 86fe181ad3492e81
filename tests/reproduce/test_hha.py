"""HHA of scenes whose heights, angles and disparities are worked out by hand."""

import numpy as np
import pytest

from reproduce.errors import DataError
from reproduce.hha import NYUD, Camera, hha
from reproduce.hha.camera import of_size
from reproduce.hha.gravity import gravity, height_axis
from reproduce.hha.normals import normals, window_sum

BELOW = Camera(100, 100, 30.5, 0)  # row v looks down by atan(v / 100): all of it is floor
LEVEL = Camera(50, 50, 30.5, 60.5)


def plane(normal, distance, camera, size=(100, 60)):
    """Depth in millimetres of the plane normal.p = distance in centimetres."""
    x, y, z = camera.points(np.ones(size))
    return 10 * distance / (normal[0] * x + normal[1] * y + normal[2] * z)


def room():
    """A level camera, 120 cm above the floor, 130 below the ceiling, 496 before the wall."""
    planes = [((0, 1, 0), 120), ((0, -1, 0), 130), ((0, 0, 1), 496)]
    seen = np.stack([plane(*one, LEVEL, (120, 60)) for one in planes])
    return np.where(seen > 0, seen, np.inf).min(0)


FLOOR = plane((0, 1, 0), 120, BELOW)


def test_disparity_of_depths_worked_out_by_hand():
    disparity = hha(FLOOR, camera=BELOW)[:, :, 0]
    # Row v (from 1) sees the floor at 12000 / v centimetres, so that the disparity is 31 v / 12.
    assert disparity[11, 0] == 31  # 10 m
    assert disparity[23, 0] == 62  # 5 m
    assert disparity[39, 0] == 103  # 3 m: 103.33
    assert disparity[59, 0] == 155  # 2 m
    assert disparity[95, 0] == 248  # 1.25 m
    assert disparity[99, 0] == 255  # 1.2 m: 258.33


def test_one_metre_and_nearer_are_the_brightest():
    near = plane((0, 1, 0), 100, BELOW)  # 1 m in row 100
    assert (near / 10)[99, 0] == 100
    assert hha(near, camera=BELOW)[99, 0, 0] == hha(near / 4, camera=BELOW)[99, 0, 0] == 255


def test_halves_are_rounded_up_as_matlab_does():
    assert (hha(room(), camera=LEVEL)[48:72, :, 0] == 63).all()  # 62.5, which rint makes 62


@pytest.mark.parametrize("degrees", [0, 10, -20])
def test_floor_has_height_0_and_angle_0_whatever_the_tilt(degrees):
    tilt = np.deg2rad(degrees)
    camera = BELOW.crop(40, 0)
    found = hha(plane((0, np.cos(tilt), np.sin(tilt)), 120, camera), camera=camera)
    assert (found[:, :, 1] == 0).all()
    assert (found[:, :, 2] == 38).all()


def test_floor_that_is_less_than_90_below_is_taken_to_be_furniture():
    assert (hha(plane((0, 1, 0), 89, BELOW), camera=BELOW)[:, :, 1] == 41).all()  # 130 - 89
    assert (hha(plane((0, 1, 0), 91, BELOW), camera=BELOW)[:, :, 1] == 0).all()


def test_floor_wall_and_ceiling_of_a_room():
    found = hha(room(), camera=LEVEL).astype(int)
    floor, wall, ceiling = found[-10:, 30], found[60:62, 30], found[:10, 30]
    assert (abs(floor[:, 2] - 38) <= 1).all()  # 0 degrees
    assert (abs(wall[:, 2] - 128) <= 1).all()  # 90
    assert (abs(ceiling[:, 2] - 218) <= 1).all()  # 180
    assert (abs(floor[:, 1]) <= 1).all()
    assert wall[:, 1].tolist() == [115, 105]  # 0.5 and 1.5 pixels of 9.92 cm below 120
    assert (abs(ceiling[:, 1] - 250) <= 1).all()


def test_holes_make_no_normals():
    raw = np.where(FLOOR > 0, FLOOR, 0)
    raw[60:80, 20:40] = 0
    found = hha(FLOOR, raw, BELOW)
    assert (found[64:76, 24:36, 2] == 218).all()  # 180 degrees: no point within 3 pixels
    assert (found[:50, :, 2] == 38).all()
    assert (found[..., :2] == hha(FLOOR, camera=BELOW)[..., :2]).all()


def test_gravity_is_that_of_what_was_measured():
    filled, raw = FLOOR.copy(), FLOOR.copy()
    filled[60:, 20:] = plane((0, np.cos(0.17), np.sin(0.17)), 120, BELOW)[60:, 20:]
    raw[60:, 20:] = 0
    assert (hha(filled, raw, BELOW)[:40, :, 2] == 38).all()
    assert (hha(filled, camera=BELOW)[:40, :, 2] > 38).all()  # 10 degrees on a third of it


def test_normal_of_a_pixel_without_depth_looks_along_z():
    tilt = np.deg2rad(-20)
    depth = plane((0, np.cos(tilt), np.sin(tilt)), 120, BELOW.crop(60, 0))
    depth[50, 30] = 0
    angle = hha(depth, camera=BELOW.crop(60, 0))[50, 28:33, 2]
    assert angle.tolist() == [38, 38, 218, 38, 38]  # the floor's own one has z below 0


def test_depth_that_is_not_filled():
    depth = FLOOR.copy()
    depth[60:80, 20:40] = 0
    with np.errstate(all="raise"):
        found = hha(depth, camera=BELOW)
    assert found[70, 30].tolist() == [255, 120, 218]  # at the camera, 120 above the floor


def test_result_and_inputs():
    depth = FLOOR.astype(np.uint16)
    before = depth.copy()
    found = hha(depth, depth, BELOW)
    assert (found.shape, found.dtype) == ((100, 60, 3), np.uint8)
    assert np.array_equal(depth, before)
    assert np.array_equal(found, hha(depth.astype(np.float32), camera=BELOW))


def test_camera_of_the_crop_sees_the_same_points():
    z = np.random.default_rng(0).uniform(100, 500, (480, 640))
    whole, part = NYUD.points(z), of_size(425, 560).points(z[45:470, 40:600])
    assert np.allclose(whole[:, 45:470, 40:600], part, rtol=0, atol=1e-10)


def test_rays_count_pixels_from_one():
    x, y, z = Camera(2, 4, 1, 1).points(np.full((2, 3), 8.0))
    assert x[0].tolist() == [0, 4, 8]
    assert y[:, 0].tolist() == [0, 2]
    assert (z == 8).all()


def test_window_sum():
    ones = window_sum(np.ones((4, 6)), 1)
    assert ones[0].tolist() == [4, 6, 6, 6, 6, 4]
    assert ones[1].tolist() == [6, 9, 9, 9, 9, 6]
    impulse = np.zeros((6, 9))
    impulse[2, 5] = 7
    assert (window_sum(impulse, 2)[:5, 3:8] == 7).all()
    assert window_sum(impulse, 2).sum() == 25 * 7


@pytest.mark.parametrize("row, column", [(20, 17), (0, 0), (1, 38)])
def test_normal_is_that_of_the_least_squares_plane(row, column):
    rng = np.random.default_rng(1)
    points = LEVEL.points(rng.uniform(200, 220, (30, 40)))
    measured = rng.random((30, 40)) < 0.7
    window = np.s_[max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4]
    x, y, z = (plane[window][measured[window]] for plane in points)
    expected = np.linalg.lstsq(np.stack([x / z, y / z, z / z], 1), 1 / z, rcond=None)[0]
    expected /= np.linalg.norm(expected)
    expected *= np.sign(expected @ points[:, row, column])
    assert np.allclose(normals(points, measured, 3)[:, row, column], expected, atol=1e-8)


def test_normals_point_away_from_the_camera():
    found = normals(LEVEL.points(room()), np.ones((120, 60), bool), 3)
    assert np.allclose(found[:, -5, 30], (0, 1, 0), atol=1e-9)
    assert np.allclose(found[:, 60, 30], (0, 0, 1), atol=1e-9)
    assert np.allclose(found[:, 5, 30], (0, -1, 0), atol=1e-9)


def test_no_normal_where_nothing_is_measured():
    measured = np.ones((120, 60), bool)
    measured[40:60] = False
    assert np.isnan(normals(LEVEL.points(room()), measured, 3)[:, 43:57]).all()


def tilted(degrees, count):
    return np.tile([[0], [np.cos(np.deg2rad(degrees))], [np.sin(np.deg2rad(degrees))]], count)


def test_gravity_follows_floor_and_walls_not_clutter():
    across = np.tile([[1.0], [0.0], [0.0]], 80)
    clutter = np.tile([[0.6], [0.0], [0.8]], 1)
    seen = np.concatenate([tilted(20, 100), tilted(110, 50), across, tilted(75, 9), clutter], 1)
    assert np.allclose(gravity(seen[:, :, None]), tilted(20, 1)[:, 0], atol=0.02)
    seen = np.concatenate([tilted(20, 100), tilted(110, 50), across, tilted(60, 30)], 1)
    assert np.allclose(gravity(seen[:, :, None]), tilted(20, 1)[:, 0], atol=1e-9)  # 40 from both


def test_gravity_skips_unknown_normals_and_points_down():
    seen = np.concatenate([-tilted(20, 10), np.full((3, 5), np.nan)], 1)
    assert np.allclose(gravity(seen[:, :, None]), tilted(20, 1)[:, 0], atol=1e-9)


def test_height_axis():
    assert height_axis(tilted(0.2, 1)[:, 0]).tolist() == tilted(0.2, 1)[:, 0].tolist()
    assert height_axis(tilted(0.05, 1)[:, 0]).tolist() == [0, 1, 0]
    assert height_axis(np.array([0.6, -0.8, 0])).tolist() == [0.6, 0.8, 0]


@pytest.mark.parametrize(
    "depth, raw, match",
    [
        (FLOOR / 2000, None, "farthest point is at 60 mm, which looks like metres: .* millimetres"),
        (FLOOR * 10, None, "nearest point is at 12000 mm, farther than any room: .*m10000"),
        (FLOOR[0], None, r"the depth has shape \(60,\), expected \(height, width\)"),
        (FLOOR[:, :, None], None, r"the depth has shape \(100, 60, 1\)"),
        (FLOOR > 0, None, "the depth is bool, expected float or integer millimetres"),
        (FLOOR.astype(complex), None, "the depth is complex128"),
        (np.where(FLOOR > 9000, np.nan, FLOOR), None, "the depth holds NaN or infinity, .* 0"),
        (-FLOOR, None, "the depth holds -120000, expected millimetres of at least 0"),
        (FLOOR * 0, None, "no pixel is measured"),
        (FLOOR, FLOOR * 0, "no pixel is measured: depth or raw depth is 0 everywhere"),
        (FLOOR, FLOOR * np.nan, "the raw depth holds NaN"),
        (FLOOR, FLOOR[1:], "depth and raw depth are 100 x 60 and 99 x 60 .* expected one size"),
        (np.where(FLOOR > 9000, 0, FLOOR), FLOOR, "depth is 0 where the raw depth is not: were"),
        (FLOOR * 0 + 3000, None, "direction of gravity is open: .* expected .* a floor"),
    ],
)
def test_refused(depth, raw, match):
    with pytest.raises(DataError, match=match):
        hha(depth, raw, BELOW)


def test_size_without_a_camera_is_refused():
    with pytest.raises(DataError, match=r"depth is 100 x 60 .* expected 480 x 640 or 425 x 560"):
        hha(FLOOR)
