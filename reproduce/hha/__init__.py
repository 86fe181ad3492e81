"""HHA: depth as the three channels that the HHA nets take, computed as the release's images were.

Channel 0  horizontal disparity, 31000 over the depth in centimetres, of at least one metre
Channel 1  height in centimetres above the lowest point, or, where that is less than 90 below the
           camera, above a floor taken to be 130 below
Channel 2  angle in degrees between the surface's normal, away from the camera, and gravity, plus 38
Order      as the PNG files of data/hha hold it; a net is fed it as it is less its mean
Source     Gupta et al., "Learning Rich Features from RGB-D Images", ECCV 2014;
           rcnn/saveHHA.m and mcg/depth_features/processDepthImage.m of s-gupta/rcnn-depth@ffc6c54
"""

import numpy as np

from ..errors import DataError
from .camera import NYUD, Camera, of_size
from .gravity import gravity, height_axis
from .normals import normals

__all__ = ["NYUD", "Camera", "hha"]

FINE, COARSE = 3, 10  # radii of the windows for the angle channel and for gravity, in pixels
NEAREST = 100.0  # centimetres: points that are nearer have the disparity of this
SHALLOW, FLOOR = -90.0, -130.0  # centimetres from the camera upwards
NO_SURFACE = 180.0  # degrees, where no depth was measured nearby
SLACK = 128 - 90  # of the angle
METRES, INDOORS = 100, 10_000  # millimetres that a scene is neither all below nor all above


def hha(
    depth: np.ndarray, raw: np.ndarray | None = None, camera: Camera | None = None
) -> np.ndarray:
    """The HHA image (H, W, 3) uint8 of a depth image (H, W) in millimetres, float or integer.

    depth: filled; a 0 that is left in it counts as not measured.
    raw: as measured, 0 where nothing was; default depth.  Only measured points make normals.
    camera: default NYUDv2's colour camera for 480 x 640, or for the 425 x 560 crop of that.
    Raises DataError for all that is no such image, and if the direction of gravity is open.
    """
    raw = depth if raw is None else raw
    _check(depth, raw)
    camera = camera or of_size(*depth.shape)
    points = camera.points(depth.astype(np.float64) / 1000 * 100)  # MATLAB's order of operations
    down = gravity(normals(points, raw > 0, COARSE))
    angles = _angles(normals(points, raw > 0, FINE), down) + SLACK
    disparity = 31000 / np.maximum(points[2], NEAREST)
    return _uint8(np.stack([disparity, _heights(points, down), angles], axis=-1))


def _heights(points: np.ndarray, down: np.ndarray) -> np.ndarray:
    above_camera = -np.tensordot(height_axis(down), points, 1)
    lowest = above_camera.min()
    return above_camera - (FLOOR if lowest > SHALLOW else lowest)


def _angles(normals: np.ndarray, down: np.ndarray) -> np.ndarray:
    """(H, W) degrees."""
    cosines = np.clip(np.tensordot(down, normals, 1), -1, 1)
    # Caffe: MATLAB's max(-1, NaN) is -1, so that a pixel without a normal has 180 degrees.
    return np.where(np.isnan(cosines), NO_SURFACE, np.rad2deg(np.arccos(cosines)))


def _uint8(values: np.ndarray) -> np.ndarray:
    # Caffe: MATLAB's uint8() rounds halves up, where numpy.rint would take the even neighbour.
    return np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)


def _check(depth: np.ndarray, raw: np.ndarray) -> None:
    """Raises DataError unless the two are a depth image in millimetres and what was measured."""
    _check_numbers("the depth", depth)
    _check_numbers("the raw depth", raw)
    if depth.shape != raw.shape:
        sizes = " and ".join(f"{h} x {w}" for h, w in (depth.shape, raw.shape))
        raise DataError(f"depth and raw depth are {sizes} (height x width): expected one size")
    if not (depth * (raw > 0)).any():
        raise DataError("no pixel is measured: depth or raw depth is 0 everywhere")
    if ((depth == 0) & (raw > 0)).any():
        raise DataError("the depth is 0 where the raw depth is not: were the two swapped?")
    _check_unit(depth)


def _check_numbers(name: str, depth: np.ndarray) -> None:
    if depth.ndim != 2:
        raise DataError(f"{name} has shape {depth.shape}, expected (height, width)")
    if depth.dtype.kind not in "fiu":
        raise DataError(f"{name} is {depth.dtype}, expected float or integer millimetres")
    if not np.isfinite(depth).all():
        raise DataError(f"{name} holds NaN or infinity, expected 0 where nothing was measured")
    if (depth < 0).any():
        raise DataError(f"{name} holds {depth.min():g}, expected millimetres of at least 0")


def _check_unit(depth: np.ndarray) -> None:
    if depth.max() < METRES:
        raise DataError(
            f"the farthest point is at {depth.max():g} mm, which looks like metres: "
            "expected millimetres, multiply by 1000"
        )
    if depth[depth > 0].min() > INDOORS:
        raise DataError(
            f"the nearest point is at {depth[depth > 0].min():g} mm, farther than any room: "
            "expected millimetres; for metres x 10^4 divide by 10 (--unit m10000)"
        )
