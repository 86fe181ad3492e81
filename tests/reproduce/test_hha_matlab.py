"""HHA of a real depth image against what the authors' MATLAB code made of it, and of NYUDv2's."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reproduce.datasets.images import rgb, sixteen_bit
from reproduce.hha import hha
from reproduce.hha.agreement import agreement, counts

SHARED = Path(__file__).parents[3] / "shared"
MATLAB, NYUD = SHARED / "hha", SHARED / "nyud" / "data" / "depth"

pytestmark = pytest.mark.shared
needs_matlab = pytest.mark.skipif(not MATLAB.exists(), reason="no MATLAB image in ../shared/hha")
needs_nyud = pytest.mark.skipif(not NYUD.exists(), reason="no NYUDv2 depth in ../shared/nyud")


@pytest.fixture(scope="module")
def depth():
    return sixteen_bit(MATLAB / "0.png") / 10


@needs_matlab
def test_every_pixel_is_matlabs(depth):
    # MATLAB was given the filled depth as the raw one.  Measured: not one pixel differs.
    for name, found in agreement(counts(hha(depth), rgb(MATLAB / "matlab_hha.png"))).items():
        assert found.mean <= 1e-4, name
        assert found.largest <= 1, name


@needs_matlab
def test_holes_change_the_normals_alone(depth):
    raw = sixteen_bit(MATLAB / "0_raw.png")
    found = agreement(counts(hha(depth, raw), rgb(MATLAB / "matlab_hha.png")))
    assert found["disparity"].largest == 0
    assert found["height"].largest <= 1  # by way of gravity
    # 23.9 % of the pixels are holes; far inside of them MATLAB's angle for no normal stands.
    assert 0.70 < found["angle"].within_one < 0.76


@needs_nyud
@pytest.mark.parametrize("id", ["5017", "5034", "5041"])
def test_rooms_of_nyudv2(id):
    depth = sixteen_bit(NYUD / f"img_{id}.png")
    found = hha(depth)
    assert found.shape == (425, 560, 3)
    exact = 310000 / depth
    assert (abs(found[:, :, 0] - np.minimum(exact, 255)) <= 0.5 + 1e-9).all()
    angle = found[:, :, 2].astype(int) - 38
    assert angle.min() >= 0
    assert angle.max() <= 180
    steep = abs(angle - 90) <= 15  # the walls of a room, upright by the gravity that was found
    assert steep.mean() > 0.3


@needs_matlab
def test_depth_files_are_read_as_stored():
    with Image.open(MATLAB / "0.png") as image:
        assert np.array_equal(sixteen_bit(MATLAB / "0.png"), np.array(image))
