"""Normals of the surfaces in a depth image: a plane is fitted to the points of a square window.

Method  the plane n.p = 1 over points p = (x, y, z) is least squares in 1/z: the sum over the
        window of (n.(x/z, y/z, 1) - 1/z)^2 is least where A n = b, and A's adjugate times b has
        the direction of n without a division by the determinant.
Limits  where the measured points of a window lie on one line, as at the rim of a hole, they tell no
        plane and the last bits decide, in MATLAB too: those pixels cannot be reproduced
Source  computeNormalsSquareSupport.m of s-gupta/rgbdutils@e3757a1
"""

import numpy as np


def normals(points: np.ndarray, measured: np.ndarray, radius: int) -> np.ndarray:
    """(3, H, W) float64 unit normals that point away from the camera.

    points: (3, H, W) float64; measured: (H, W) bool, the others are left out of every window.
    radius: the window has 2 radius + 1 rows and columns.  NaN where no point of it was measured.
    """
    normal = _fitted(*(window_sum(plane, radius) for plane in _moments(points, measured)))
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN that is promised
        normal /= np.sqrt((normal**2).sum(0))
    normal *= _sign(normal[2])
    normal *= _sign((normal * points).sum(0))
    return normal


def window_sum(plane: np.ndarray, radius: int) -> np.ndarray:
    """(H, W): the sum over the window around each pixel; outside of the image all is 0.

    Windows of zeros must sum to 0.0 exactly, so that a running sum will not do.
    """
    for _ in range(2):
        padded = np.pad(plane, ((radius, radius), (0, 0)))
        rows, total = len(plane), np.zeros_like(plane)
        for offset in range(2 * radius + 1):
            total += padded[offset : offset + rows]
        plane = total.T
    return plane


def _moments(points: np.ndarray, measured: np.ndarray) -> tuple[np.ndarray, ...]:
    """The six entries of A, then the three of b, of every pixel by itself: 0 if not measured."""
    x, y, z = (np.where(measured, plane, 0) for plane in points)
    one = measured.astype(np.float64)
    inverse = np.divide(one, z, out=np.zeros_like(z), where=measured)
    u, v = x * inverse, y * inverse
    return u * u, u * v, u, v * v, v, one, u * inverse, v * inverse, inverse


def _fitted(uu, uv, u, vv, v, one, p, q, r) -> np.ndarray:
    """(3, H, W): adjugate of A = [[uu uv u] [uv vv v] [u v one]] times b = (p, q, r)."""
    uu_, uv_, u_ = vv * one - v * v, u * v - uv * one, uv * v - u * vv
    vv_, v_, one_ = uu * one - u * u, uv * u - uu * v, uu * vv - uv * uv
    x = uu_ * p + uv_ * q + u_ * r
    y = uv_ * p + vv_ * q + v_ * r
    z = u_ * p + v_ * q + one_ * r
    return np.stack([x, y, z])


def _sign(value: np.ndarray) -> np.ndarray:
    """-1 where value is below 0, else 1, for NaN too."""
    return np.where(value < 0, -1.0, 1.0)
