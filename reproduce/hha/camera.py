"""The camera that a depth image was taken with: which ray each pixel looks along.

Units   pixels; the principal point counts columns and rows from 1, as MATLAB does
Source  getCameraParam.m ('color') and getPointCloudFromZ.m of s-gupta/rgbdutils@e3757a1; the crop
        is I(46:470, 41:600, :) of NYUDv2's 480 x 640 frames (README.md of s-gupta/rgbd@38a0845)
"""

from typing import NamedTuple

import numpy as np

from ..errors import DataError


class Camera(NamedTuple):
    """A pinhole camera: focal lengths and principal point, x to the right and y down."""

    fx: float
    fy: float
    cx: float
    cy: float

    def crop(self, top: int, left: int) -> "Camera":
        """The camera of images that lack the first `top` rows and `left` columns of its own."""
        return self._replace(cx=self.cx - left, cy=self.cy - top)

    def points(self, z: np.ndarray) -> np.ndarray:
        """(3, H, W): x, y and z of every pixel's point, in the unit of z (H, W)."""
        # Caffe: MATLAB's first pixel is (1, 1), so the rays are those of pixel + 1.
        rows, columns = np.ogrid[1 : z.shape[0] + 1, 1 : z.shape[1] + 1]
        return np.stack([(columns - self.cx) * z / self.fx, (rows - self.cy) * z / self.fy, z])


NYUD = Camera(
    5.1885790117450188e02, 5.1946961112127485e02, 3.2558244941119034e02, 2.5373616633400465e02
)
BY_SIZE = {(480, 640): NYUD, (425, 560): NYUD.crop(45, 40)}


def of_size(height: int, width: int) -> Camera:
    """The colour camera of NYUDv2 for its whole frames or their crop.

    Raises DataError for other sizes, whose camera is not known.

    >>> of_size(480, 640).cy - of_size(425, 560).cy
    45.0
    """
    if (height, width) not in BY_SIZE:
        raise DataError(
            f"the depth is {height} x {width} (height x width): expected 480 x 640 or 425 x 560 of "
            "NYUDv2, or the camera of these images (--camera FX,FY,CX,CY)"
        )
    return BY_SIZE[height, width]
