"""A net on an image of one size, as files that any runner reads; made by `cases`.

Needs numpy alone: a runner that does without torch is started without it too.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

SHIFT = 7  # columns by which an image of a batch is moved beside the one before


@dataclass(frozen=True)
class Case:
    """folder: of the files; heads: the score blobs; weights: what the parameters are, in words."""

    net: str
    height: int
    width: int
    folder: Path
    heads: tuple[str, ...]
    weights: str

    @property
    def size(self) -> str:
        """As the rows have it."""
        return f"{self.height}x{self.width}"

    @property
    def prototxt(self) -> Path:
        return self.folder / "net.prototxt"

    @property
    def caffemodel(self) -> Path:
        return self.folder / "net.caffemodel"

    @property
    def onnx(self) -> Path:
        return self.folder / "net.onnx"

    @property
    def jpeg(self) -> Path:
        return self.folder / f"{self.size}.jpg"

    @property
    def npz(self) -> Path:
        return self.folder / f"{self.size}.npz"

    def blobs(self, batch: int = 1) -> dict[str, np.ndarray]:
        """Input blob -> (batch, c, H, W) float32; no two images are the same."""
        with np.load(self.npz) as file:
            first = dict(file)
        return {
            blob: np.concatenate([np.roll(x, SHIFT * index, 3) for index in range(batch)])
            for blob, x in first.items()
        }

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"folder": str(self.folder)})

    @classmethod
    def from_json(cls, text: str) -> "Case":
        values = json.loads(text)
        return cls(**values | {"folder": Path(values["folder"]), "heads": tuple(values["heads"])})
