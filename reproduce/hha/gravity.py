"""The direction of gravity that the normals of a depth image tell.

Method  floors have normals along gravity, walls across: from the camera's own y axis on, normals
        are called one or the other by their angle with the direction so far, and the next
        direction is the unit vector g with the least sum over walls of (g.n)^2 less that over
        floors; five times with 45 degrees, five times with 15.
Source  getYDir.m and getRMatrix.m of s-gupta/rgbdutils@e3757a1 and 5bf7176
"""

import numpy as np

from ..errors import DataError

STAGES = (45, 15)  # degrees
ROUNDS = 5
LEVEL = 0.1  # degrees: cameras tilted by less are taken as upright
DISTINCT = 1e-9  # share of the normals that the best direction must beat the second by


def gravity(normals: np.ndarray) -> np.ndarray:
    """(3,) float64 unit vector, downwards, from unit normals (3, H, W), NaN where unknown.

    Raises DataError if the surfaces leave it open.
    """
    known = normals.reshape(3, -1)
    known = known[:, ~np.isnan(known[0])]
    down = np.array([0.0, 1.0, 0.0])
    for degrees in STAGES:
        for _ in range(ROUNDS):
            down = _next(known, down, np.deg2rad(degrees))
    return down


def height_axis(down: np.ndarray) -> np.ndarray:
    """(3,) unit vector along which the release measures height, downwards, for a gravity (3,)."""
    # Caffe: getRMatrix.m takes the absolute cosine for the angle to y, so that a gravity that
    # points up turns the scene as its mirror image below the horizon does.
    axis = np.array([down[0], abs(down[1]), down[2]])
    upright = np.rad2deg(np.arccos(min(axis[1], 1.0))) <= LEVEL
    return np.array([0.0, 1.0, 0.0]) if upright else axis


def _next(normals: np.ndarray, down: np.ndarray, threshold: float) -> np.ndarray:
    cosine = abs(down @ normals)
    floors, walls = normals[:, cosine > np.cos(threshold)], normals[:, cosine < np.sin(threshold)]
    costs, directions = np.linalg.eigh(walls @ walls.T - floors @ floors.T)
    if costs[1] - costs[0] <= DISTINCT * normals.shape[1]:
        raise DataError(
            "the direction of gravity is open: every surface is the same wall, or too few points "
            "are measured; expected a depth image that shows a floor or walls at an angle"
        )
    best = directions[:, 0]
    return best if best @ down > 0 else -best
