"""The shape of a drawn room: how far away each pixel is and which way its surface faces."""

import numpy as np

CAMERA = 1.3  # metres above the floor
WALL_ANGLE, FLOOR_ANGLE, CEILING_ANGLE, MAT_ANGLE = 90.0, 2.0, 176.0, 4.0


class Room:
    """A floor, a ceiling and one wall, and what stands before them.

    depth: (H, W) metres; angle: (H, W) degrees between the normal and up; is_floor, is_ceiling:
    (H, W) bool; wall: metres to its middle; focal, horizon: in pixels.
    """

    def __init__(self, rng: np.random.Generator, size: tuple[int, int]):
        """size: height and width of the picture."""
        height, width = size
        self.focal, self.horizon = 0.95 * width, height * rng.uniform(0.38, 0.46)
        self.y, self.x = np.mgrid[:height, :width].astype(np.float64)
        self.wall = rng.uniform(2.6, 4.6)
        slant = rng.uniform(-0.12, 0.12)
        self._back = self.wall * (1 + slant * (self.x - width / 2) / self.focal)
        self._place_floor_and_ceiling(rng.uniform(2.3, 2.8) - CAMERA)

    def _place_floor_and_ceiling(self, above: float) -> None:
        """above: metres from the camera to the ceiling."""
        y, horizon = self.y, self.horizon
        self._floor = self.focal * CAMERA / np.maximum(y - horizon, 1e-3)
        ceiling = self.focal * above / np.maximum(horizon - y, 1e-3)
        self.is_floor = (y > horizon) & (self._floor < self._back)
        self.is_ceiling = (y < horizon) & (ceiling < self._back)
        covers = [self.is_floor, self.is_ceiling]
        self.depth = np.select(covers, [self._floor, ceiling], self._back)
        self.angle = np.select(covers, [FLOOR_ANGLE, CEILING_ANGLE], WALL_ANGLE)

    def foot(self, away: float) -> float:
        """The row in which the floor is `away` metres off."""
        return self.horizon + self.focal * CAMERA / away

    def hang(self, covered: np.ndarray) -> None:
        """Where `covered`, a thing of 4 cm on the wall."""
        self.depth[covered] = self._back[covered] - 0.04
        self.angle[covered] = WALL_ANGLE

    def lay(self, covered: np.ndarray) -> None:
        """Where `covered`, a mat of 1 cm on the floor."""
        below = np.where(self.y > self.horizon, self._floor, self.depth)
        self.depth[covered], self.angle[covered] = (below - 0.01)[covered], MAT_ANGLE

    def stand(
        self, covered: np.ndarray, away: float, centre: tuple[float, float], half: float
    ) -> None:
        """Where `covered`, a thing that bulges, of half size `half` pixels."""
        x, y = centre
        bulge = 0.12 * away * (1 - np.clip(((self.x - x) / half) ** 2, 0, 1))
        self.depth[covered] = (away - bulge * 0.5)[covered]
        self.angle[covered] = 90 - 8 * ((self.y - y) / half)[covered]

    def measure(self, rng: np.random.Generator) -> None:
        """Adds the noise of a sensor to the depth, which sees 0.6 to 9.5 m."""
        noise = rng.normal(0, 0.004, self.depth.shape)
        self.depth = np.clip(self.depth + noise * self.depth, 0.6, 9.5)

    def hha(self, rng: np.random.Generator) -> np.ndarray:
        """Disparity, height and angle, (H, W, 3) uint8, the angle with 2 degrees of noise."""
        height = CAMERA - (self.y - self.horizon) * self.depth / self.focal
        angle = self.angle + rng.normal(0, 2.0, self.depth.shape) + 38
        hha = np.stack([31000 / (100 * self.depth), 100 * height, angle], -1)
        return np.clip(np.rint(hha), 0, 255).astype(np.uint8)
